"""The table of docs/benchmarks.md: the real Kafka, millrace and the floor of the machine, side by side in one run."""

import argparse
import datetime
import os
import statistics
import subprocess
import time
from collections import namedtuple
from pathlib import Path

from bench import load, memory
from bench.nodes import FROM_MEMORY, Kafka, Millrace, Running, forget_topic

TOP = Path(__file__).resolve().parent.parent
PORT = 28092
WARM_GB = 4
LARGE = dict(partitions=4, conns=2, batch=65536, record=1024, seconds=60)
SMALL = dict(partitions=4, conns=2, batch=4096, record=128, seconds=60)

# `durable`: whether millrace and Kafka sync before they answer. `reach`: (what, is it reached?) of the medians.
Row = namedtuple("Row", "name mode options durable reach")


def at_most(key, times, of):
    return f"{key} at most {times} x {of}", lambda m, k, f: m[key] <= times * (k if of == "Kafka" else f)[key]


def at_least(key, times, of):
    return f"{key} at least {times} x {of}", lambda m, k, f: m[key] >= times * (k if of == "Kafka" else f)[key]


CPU, RATE, MESSAGES = "cpu_s_per_GB", "MB_per_s", "msgs_per_s"
ROWS = [
    Row("64 KiB batches, nobody syncs", "produce", {**LARGE, "mbytes": 2000}, (False, False),
        [at_most(CPU, 1.3, "floor"), at_least(RATE, 0.8, "floor"), at_least(RATE, 1.8, "Kafka")]),
    Row("64 KiB batches, millrace syncs", "produce", {**LARGE, "mbytes": 2000}, (True, False),
        [at_least(RATE, 1.2, "Kafka"), at_most("p99_ms", 1, "Kafka")]),
    Row("64 KiB batches, both sync", "produce", {**LARGE, "mbytes": 1000}, (True, True),
        [at_least(RATE, 4, "Kafka"), at_most(CPU, 0.25, "Kafka")]),
    Row("4 KiB batches, nobody syncs", "produce", {**SMALL, "mbytes": 400}, (False, False),
        [at_most(CPU, 0.25, "Kafka"), at_least(MESSAGES, 2, "Kafka")]),
    Row("4 KiB batches, both sync", "produce", {**SMALL, "mbytes": 150}, (True, True),
        [at_least(MESSAGES, 6, "Kafka")]),
    Row("fetch from the page cache", "fetch", dict(conns=2), (False, False), [at_most(CPU, 1.3, "floor")]),
    Row("end to end, 2,000 msg/s", "e2e", dict(conns=2, rate=2000, record=256, seconds=8), (True, False),
        [at_most("p50_ms", 2, "Kafka"), at_most("p99_ms", 1, "Kafka"), at_most("p999_ms", 0.5, "Kafka")]),
    Row("end to end, 20,000 msg/s", "e2e", dict(conns=4, rate=20000, record=256, seconds=8), (True, False),
        [("p99_ms under 5", lambda m, k, f: m["p99_ms"] < 5)]),
    *[Row(f"{count:,} partitions, 2 KiB batches, both sync", "produce",
          dict(partitions=count, conns=8, batch=2048, record=128, seconds=8, mbytes=150), (True, True),
          [at_least(MESSAGES, 5, "Kafka")] if count == 1000 else []) for count in (1, 100, 1000, 10000)],
    Row("400 connections, 20 MB/s, millrace syncs", "produce",
        dict(partitions=4, conns=400, inflight=1, batch=4096, record=128, rate=20, seconds=8), (True, False),
        [at_most("p99_ms", 0.1, "Kafka")]),
    *[Row(f"64 KiB batches, {codec}, nobody syncs", "produce", {**LARGE, "mbytes": 1500, "compression": codec},
          (False, False), [at_most(CPU, 0.5, "Kafka")]) for codec in ("zstd", "lz4")],
]


def measure(row, port, pid, durable, kafka, turn):
    topic = f"t{turn}"
    options = {"bootstrap": f"127.0.0.1:{port}", "topic": topic, "pid": pid, **row.options}
    if durable and kafka:
        options["configs"] = "flush.messages=1"
    if row.mode == "fetch":
        load.run("produce", **{**options, **LARGE, "mbytes": 2000})
    else:
        memory.warm(WARM_GB)
    result = load.run(row.mode, **options)
    forget_topic(port, topic)
    time.sleep(1)
    return result


def floor():
    memory.warm(WARM_GB)
    found = load.run("floor", dir=os.environ.get("BENCH_DIR", "/tmp"), mbytes=2000)
    return {"in": {CPU: found["in_cpu_s_per_GB"], RATE: found["in_MB_per_s"]},
            "out": {CPU: found["out_cpu_s_per_GB"], RATE: found["out_MB_per_s"]}}


def medians(results):
    return {key: statistics.median(r[key] for r in results) for key, value in results[0].items()
            if isinstance(value, (int, float))}


def cell(figures):
    return (f"{figures[RATE]:,.0f} MB/s, {figures[MESSAGES]:,.0f} msg/s, {figures[CPU]:.2f} CPU s/GB, "
            f"p50 {figures['p50_ms']:.2f}, p99 {figures['p99_ms']:.2f}, p99.9 {figures['p999_ms']:.2f} ms, "
            f"{figures['rss_MB']:.0f} MB")


def compare(row, count):
    """(of millrace, of Kafka, of the floor): medians of runs taken in turn, each program's first one thrown away."""
    ours = Millrace(PORT, () if row.durable[0] else (FROM_MEMORY,))
    results = {"millrace": [], "kafka": [], "floor": []}
    direction = "out" if row.mode == "fetch" else "in"
    with Running(ours) as millrace, Running(Kafka(PORT + 100, ["file.delete.delay.ms=0"])) as kafka:
        measure(row, kafka.port, kafka.pid, row.durable[1], True, "warm")
        for turn in range(count):
            results["kafka"].append(measure(row, kafka.port, kafka.pid, row.durable[1], True, turn))
            results["millrace"].append(measure(row, millrace.port, millrace.pid, row.durable[0], False, turn))
            results["floor"].append(floor()[direction])
    return [medians(results[name]) for name in ("millrace", "kafka", "floor")]


def lines(rows, count):
    yield "| load | millrace | Apache Kafka 4.3.1 | floor | to reach |"
    yield "|---|---|---|---|---|"
    for row in rows:
        ours, theirs, limit = compare(row, count)
        verdicts = [f"{what}: {'yes' if reached(ours, theirs, limit) else '**no**'}" for what, reached in row.reach]
        verdicts.append(f"resident at most {160 if '10,000 p' in row.name else 64} MiB: "
                        f"{'yes' if ours['rss_MB'] <= (160 if '10,000 p' in row.name else 64) else '**no**'}")
        yield (f"| {row.name} | {cell(ours)} | {cell(theirs)} | {limit[CPU]:.2f} CPU s/GB, {limit[RATE]:,.0f} MB/s | "
               f"{'; '.join(verdicts)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one run of each")
    parser.add_argument("--only", default="", help="rows whose name holds this text")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    arguments = parser.parse_args()
    count = 1 if arguments.quick else arguments.runs
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=TOP).stdout
    table = [f"Medians of {count}, {datetime.date.today()}, commit {commit.strip()}, {os.cpu_count()} cores.", ""]
    for line in table:
        print(line)
    for line in lines([row for row in ROWS if arguments.only in row.name], count):
        print(line, flush=True)
        table.append(line)
    if arguments.write:
        page = TOP / "docs" / "benchmarks.md"
        head = page.read_text().split("<!-- table -->")[0]
        page.write_text(head + "<!-- table -->\n" + "\n".join(table) + "\n")


if __name__ == "__main__":
    main()
