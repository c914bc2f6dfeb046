"""The C++ client beside librdkafka and Kafka's own perf tools: the same work against the same broker in one run, each
client in a process of its own, in turn; medians."""

import argparse
import json
import os
import resource
import statistics
import subprocess
import time
from collections import namedtuple
from pathlib import Path

from bench import peer
from bench.nodes import FROM_MEMORY, Kafka, Millrace, Running

TOP = Path(__file__).resolve().parent.parent
PROGRAMS = TOP / "build" / "release" / "bench"
PORT = int(os.environ.get("BENCH_PORT", "28192"))
PARTITIONS = 4
RATE = 1000
Task = namedtuple("Task", "name mode records size")
TASKS = [
    Task("produce 100 B", "produce", 2_000_000, 100),
    Task("produce 1 KiB", "produce", 400_000, 1024),
    Task("consume 100 B", "consume", 2_000_000, 100),
    Task("consume 1 KiB", "consume", 400_000, 1024),
    Task("latency at 1,000/s, linger 0", "latency", 5_000, 100),
]
# (mode, figure, what the ratio to librdkafka must reach; a latency or a size must not be above it)
TARGETS = [("produce", "records_per_cpu_s", 1.5), ("produce", "records_per_s", 1.0),
           ("consume", "records_per_cpu_s", 2.0), ("latency", "p99_us", 1.0), ("produce", "rss_mib", 1.0)]
SMALLER_IS_BETTER = {"p99_us", "rss_mib"}
FIGURES = ("records_per_s", "records_per_cpu_s", "mb_per_s", "p50_us", "p99_us", "rss_mib")


def native(program):
    def run(task, port, topic):
        done = subprocess.run([PROGRAMS / program, task.mode, f"127.0.0.1:{port}", topic, str(task.records),
                               str(task.size), str(RATE)], capture_output=True, text=True, timeout=200, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{program} {task.name}: {done.stderr}")
        result = json.loads(done.stdout)
        if result["failed"] or result["records"] < task.records:
            raise SystemExit(f"{program} {task.name}: {done.stdout}")
        return result
    return run


def java(task, port, topic):
    """Kafka's perf tool. Its start counts too: nobody can use it without."""
    if task.mode == "consume":
        command = peer.java("org.apache.kafka.tools.ConsumerPerformance", "--bootstrap-server", f"127.0.0.1:{port}",
                            "--topic", topic, "--messages", task.records)
    else:
        rate = RATE if task.mode == "latency" else -1
        linger = 0 if task.mode == "latency" else 5
        command = peer.java("org.apache.kafka.tools.ProducerPerformance", "--topic", topic, "--num-records",
                            task.records, "--record-size", task.size, "--throughput", rate, "--producer-props",
                            f"bootstrap.servers=127.0.0.1:{port}", f"linger.ms={linger}", "batch.size=131072",
                            "enable.idempotence=false", "acks=all")
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    seconds, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"java {task.name}: {done.stderr[-500:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    percentiles = done.stdout.strip().split("\n")[-1].split(", ") if task.mode == "latency" else []
    times = {words[2]: float(words[0]) * 1000 for words in (part.split() for part in percentiles) if len(words) == 3}
    return {"records_per_s": task.records / seconds, "records_per_cpu_s": task.records / cpu,
            "mb_per_s": task.records * task.size / seconds / 1e6, "p50_us": times.get("50th", 0),
            "p99_us": times.get("99th", 0), "rss_mib": 0}


CLIENTS = {"millrace": native("client_ours"), "librdkafka": native("client_rdkafka"), "Java": java}


def make_topic(port, topic):
    subprocess.run([TOP / "build" / "release" / "bin" / "millrace", "topic", "create", topic, "--partitions",
                    str(PARTITIONS), "-X", f"bootstrap.servers=127.0.0.1:{port}"], check=True, capture_output=True)


def measure(port, tasks, clients, runs):
    """{(task, client): {figure: median}}. Consumers read what was produced of their size."""
    results = {(task.name, name): [] for task in tasks for name in clients}
    for size, records in {(task.size, task.records) for task in tasks if task.mode == "consume"}:
        make_topic(port, f"read-{size}")
        CLIENTS["millrace"](Task("filling", "produce", records, size), port, f"read-{size}")
    for number in range(runs):
        for task in tasks:
            for name in clients:
                topic = f"read-{task.size}" if task.mode == "consume" else f"{task.mode}-{task.size}-{name}-{number}"
                if task.mode != "consume":
                    make_topic(port, topic)
                results[task.name, name].append(CLIENTS[name](task, port, topic))
    return {key: {figure: statistics.median(run[figure] for run in found) for figure in FIGURES}
            for key, found in results.items()}


def show(broker, tasks, clients, medians):
    print(f"\nagainst {broker}\n")
    print("| work | client | records/s | records/CPU s | MB/s | p50 us | p99 us | most resident MiB |")
    print("|---|---|---|---|---|---|---|---|")
    for task in tasks:
        for name in clients:
            row = medians[task.name, name]
            print(f"| {task.name} | {name} | " + " | ".join(f"{row[figure]:,.0f}" for figure in FIGURES) + " |")
    for task in tasks:
        for mode, figure, target in TARGETS:
            if mode != task.mode or "librdkafka" not in clients:
                continue
            ratio = medians[task.name, "millrace"][figure] / max(medians[task.name, "librdkafka"][figure], 1e-9)
            good = ratio <= target if figure in SMALLER_IS_BETTER else ratio >= target
            verdict = "reached" if good else "NOT reached"
            print(f"{task.name}: {figure} {ratio:.2f} x librdkafka's ({verdict}: {target})")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="tasks whose name holds this")
    parser.add_argument("--broker", choices=("millrace", "Kafka", "both"), default="both")
    parser.add_argument("--java", action="store_true", help="Kafka's perf tools too")
    parser.add_argument("--quick", action="store_true", help="a tenth of the records")
    options = parser.parse_args()
    tasks = [task for task in TASKS if options.only in task.name]
    if options.quick:
        tasks = [task._replace(records=task.records // 10) for task in tasks]
    clients = [name for name in CLIENTS if name != "Java" or options.java]
    if options.java:
        peer.install()
    for broker, node in (("millrace", Millrace), ("Kafka", Kafka)):
        if options.broker in (broker, "both"):
            # From memory, so that the disk is not what is measured.
            with Running(node(PORT, [FROM_MEMORY] if broker == "millrace" else [])) as running:
                show(broker, tasks, clients, measure(running.port, tasks, clients, options.runs))


if __name__ == "__main__":
    main()
