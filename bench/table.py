"""The table of docs/benchmarks.md: the real Kafka, millrace and the floor of the machine, side by side in one run."""

import argparse
import datetime
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections import namedtuple
from pathlib import Path

from bench import disk, load, memory
from bench.nodes import FROM_MEMORY, Kafka, Millrace, Running, forget_topic

TOP = Path(__file__).resolve().parent.parent
PORT = 28092
FLOOR_MB = 2000
FETCH_MB = 1000
KAFKA_RUNS = 3  # at most: its runs take most of the time
SETTLE_S = 1
LARGE = dict(partitions=4, conns=2, batch=65536, record=1024, seconds=60)
LARGE_IN_FLIGHT = 10 * 65536
SMALL = dict(partitions=4, conns=2, batch=4096, record=128, seconds=60)
MEMORY_MIB = 64
MARK = "<!-- table -->"
SHORT_MARKS = ("<!-- short table -->\n", "<!-- end of table -->\n")
IN_LONG_ONLY = re.compile(r", [\d,]+ msg/s|p50 [\d.,]+, |, p99\.9 [\d.,]+")

# `durable`: whether millrace and Kafka sync before they answer. `reach`: (what, is it reached?) of the medians.
# `memory`: the most that is resident, in MiB. `with_kafka` false: Kafka cannot do it. `in_flight`: the bytes that wait
# together to be durable, where a target may lie beyond what the disk does with that many at a time.
Row = namedtuple("Row", "name mode options durable reach memory with_kafka in_flight", defaults=(MEMORY_MIB, True, 0))


# What a target compares with: Kafka, the floor of the machine, or millrace's own figures of the row with that name.
KAFKA, FLOOR = "Kafka", "floor"
DURABLE = "durable_MB_per_s"
DURABLE_PART = 0.7
CPU, RATE, MESSAGES = "cpu_s_per_GB", "MB_per_s", "msgs_per_s"


def at_most(key, times, of):
    return f"{key} at most {times} x {of}", of, lambda ours, other: ours[key] <= times * other[key]


def at_least(key, times, of):
    return f"{key} at least {times} x {of}", of, lambda ours, other: ours[key] >= times * other[key]


def at_least_durable(times):
    """Beside Kafka, unless no file that grows becomes durable that fast: then so much of how fast one does."""
    def reached(ours, kafka):
        wanted = times * kafka[RATE]
        return ours[RATE] >= (wanted if wanted <= kafka[DURABLE] else DURABLE_PART * kafka[DURABLE])

    return f"{RATE} at least {times} x Kafka, beyond the durable floor {DURABLE_PART} x that", KAFKA, reached


def below(key, limit):
    return f"{key} under {limit}", KAFKA, lambda ours, _: ours[key] < limit


def spread(count, reach, **more):
    """The row that produces to so many partitions in turn."""
    return Row(f"{count:,} partitions, 2 KiB batches, both sync", "produce",
               dict(partitions=count, conns=8, batch=2048, record=128, seconds=4, mbytes=150, prime=1), (True, True),
               reach,
               **more)


ROWS = [
    Row("64 KiB batches, nobody syncs", "produce", {**LARGE, "mbytes": 2000}, (False, False),
        [at_most(CPU, 1.3, FLOOR), at_least(RATE, 0.8, FLOOR), at_least(RATE, 1.8, KAFKA)]),
    Row("64 KiB batches, millrace syncs", "produce", {**LARGE, "mbytes": 2000}, (True, False),
        [at_least_durable(1.2), at_most("p99_ms", 1, KAFKA)], in_flight=LARGE_IN_FLIGHT),
    Row("64 KiB batches, both sync", "produce", {**LARGE, "mbytes": 1000}, (True, True),
        [at_least_durable(4), at_most(CPU, 0.25, KAFKA)], in_flight=LARGE_IN_FLIGHT),
    Row("4 KiB batches, nobody syncs", "produce", {**SMALL, "mbytes": 400}, (False, False),
        [at_most(CPU, 0.25, KAFKA), at_least(MESSAGES, 2, KAFKA)]),
    Row("4 KiB batches, both sync", "produce", {**SMALL, "mbytes": 150}, (True, True),
        [at_least(MESSAGES, 6, KAFKA)]),
    Row("fetch from the page cache", "fetch", dict(conns=2), (False, False), [at_most(CPU, 1.3, FLOOR)]),
    Row("end to end, 2,000 msg/s", "e2e", dict(conns=2, rate=2000, record=256, seconds=5), (True, False),
        [at_most("p50_ms", 2, KAFKA), at_most("p99_ms", 1, KAFKA), at_most("p999_ms", 0.5, KAFKA)]),
    Row("end to end, 20,000 msg/s", "e2e", dict(conns=4, rate=20000, record=256, seconds=5), (True, False),
        [below("p99_ms", 5)]),
    spread(1, []),
    spread(100, []),
    spread(1000, [at_least(MESSAGES, 5, KAFKA)]),
    # Kafka refuses to make so many partitions with one request.
    spread(10000, [at_least(MESSAGES, 0.5, "1 partitions, 2 KiB batches, both sync")], memory=160, with_kafka=False),
    Row("400 connections, 20 MB/s, millrace syncs", "produce",
        dict(partitions=4, conns=400, inflight=1, batch=4096, record=128, rate=20, seconds=5), (True, False),
        [at_most("p99_ms", 0.1, KAFKA)]),
    *[Row(f"64 KiB batches, {codec}, nobody syncs", "produce", {**LARGE, "mbytes": 1500, "compression": codec},
          (False, False), [at_most(CPU, 0.5, KAFKA)]) for codec in ("zstd", "lz4")],
]


def settle():
    """What the measurement before left to be done: files to be deleted, and their blocks to be given back."""
    time.sleep(SETTLE_S)
    os.sync()


def measure(held, row, port, pid, durable, kafka, turn):
    topic = f"t{turn}"
    options = {"bootstrap": f"127.0.0.1:{port}", "topic": topic, "pid": pid, **row.options}
    if durable and kafka:
        options["configs"] = "flush.messages=1"
    with held.warm():
        if row.mode == "fetch":
            load.run("produce", **{**options, **LARGE, "mbytes": FETCH_MB})
        result = load.run(row.mode, errors_allowed=True, **options)
    forget_topic(port, topic)
    settle()
    return result


def floor(held, mode):
    direction = "out" if mode == "fetch" else "in"
    with held.warm():
        found = load.run("floor", dir=os.environ.get("BENCH_DIR", "/tmp"), mbytes=FLOOR_MB)
    settle()
    return {CPU: found[f"{direction}_cpu_s_per_GB"], RATE: found[f"{direction}_MB_per_s"]}


def durable_floor(held, row):
    with held.warm(), tempfile.TemporaryDirectory(prefix="millrace-disk-", dir=os.environ.get("BENCH_DIR")) as folder:
        rate = disk.append_rate(Path(folder), row.in_flight, row.options["mbytes"] * 1_000_000)
    settle()
    return {DURABLE: rate}


def medians(results):
    return {key: statistics.median(r[key] for r in results) for key, value in (results or [{}])[0].items()
            if isinstance(value, (int, float))}


def cell(figures):
    if not figures:
        return ""
    return (f"{figures[RATE]:,.0f} MB/s, {figures[MESSAGES]:,.0f} msg/s, {figures[CPU]:.2f} CPU s/GB, "
            f"p50 {figures['p50_ms']:.2f}, p99 {figures['p99_ms']:.2f}, p99.9 {figures['p999_ms']:.2f} ms, "
            f"{figures['rss_MB']:.0f} MB" + (f", {figures['errors']:,.0f} errors" if figures["errors"] else ""))


class Absent:
    """In place of a node that does not take part."""

    def __enter__(self):
        return None

    def __exit__(self, *_):
        pass


def compare(held, row, count):
    """(of millrace, of Kafka, of the floor): medians of runs taken in turn, Kafka's first one thrown away; nothing for
    who does not take part. A floor does in rows that are compared with it."""
    ours = Millrace(PORT, () if row.durable[0] else (FROM_MEMORY,))
    results = {"millrace": [], KAFKA: [], FLOOR: []}
    with_floor = any(of == FLOOR for _, of, _ in row.reach)
    theirs = Running(Kafka(PORT + 100, ["file.delete.delay.ms=0"])) if row.with_kafka else Absent()
    with Running(ours) as millrace, theirs as kafka:
        if kafka:
            measure(held, row, kafka.port, kafka.pid, row.durable[1], True, "warm")
        for turn in range(count):
            if kafka and turn < KAFKA_RUNS:
                results[KAFKA].append(measure(held, row, kafka.port, kafka.pid, row.durable[1], True, turn))
            results["millrace"].append(measure(held, row, millrace.port, millrace.pid, row.durable[0], False, turn))
            if with_floor:
                results[FLOOR].append(floor(held, row.mode))
            if row.in_flight:
                results[FLOOR].append(durable_floor(held, row))
    return [medians(results[name]) for name in ("millrace", KAFKA, FLOOR)]


def verdict(what, reached):
    return f"{what}: {'yes' if reached else '**no**'}"


def judge(row, ours, others):
    """What the row is to reach, and whether it did; `others` holds what it can be compared with, by name."""
    for what, of, reached in row.reach:
        yield verdict(what, reached(ours, others[of])) if of in others else f"{what}: not in this run"
    yield verdict(f"resident at most {row.memory} MiB", ours["rss_MB"] <= row.memory)
    if ours["errors"]:
        yield verdict("nothing refused or missed", False)


def lines(held, rows, count):
    yield "| load | millrace | Apache Kafka 4.3.1 | floor | to reach |"
    yield "|---|---|---|---|---|"
    known = {}
    for row in rows:
        ours, theirs, limit = compare(held, row, count)
        known[row.name] = ours
        verdicts = "; ".join(judge(row, ours, {**known, KAFKA: {**limit, **theirs}, FLOOR: limit}))
        least = f"durable {limit[DURABLE]:,.0f} MB/s" if row.in_flight else ""
        least = f"{limit[CPU]:.2f} CPU s/GB, {limit[RATE]:,.0f} MB/s" if RATE in limit else least
        yield f"| {row.name} | {cell(ours)} | {cell(theirs)} | {least} | {verdicts} |"


def write(table):
    """Puts the lines behind the mark of the page. Only whole tables: rows of two runs do not stand together."""
    page = TOP / "docs" / "benchmarks.md"
    head = page.read_text().split(MARK)[0]
    page.write_text(head + MARK + "\n" + "\n".join(table) + "\n")
    shorten(table)


def shorten(table):
    """The same in the README: who is compared, and of the figures those that say most."""
    page = TOP / "README.md"
    begin, end = SHORT_MARKS
    head, rest = page.read_text().split(begin)
    cells = [line.split("|") for line in table if line.startswith("|")]
    short = [f"|{load}|{IN_LONG_ONLY.sub('', ours + '|' + theirs)}|" for _, load, ours, theirs, *_ in cells]
    page.write_text(head + begin + "\n".join([table[0], "", *short]) + "\n" + end + rest.split(end)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one run of each")
    parser.add_argument("--only", default="", help="rows whose name holds this text")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    arguments = parser.parse_args()
    if arguments.write and arguments.only:
        parser.error("--write puts a whole table down; leave out --only")
    count = 1 if arguments.quick else arguments.runs
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=TOP).stdout
    table = [f"Medians of {count} (Kafka: of {min(count, KAFKA_RUNS)}), {datetime.date.today()}, commit "
             f"{commit.strip()}, {os.cpu_count()} cores.", ""]
    print("\n".join(table))
    with memory.Held() as held:
        for line in lines(held, [row for row in ROWS if arguments.only in row.name], count):
            print(line, flush=True)
            table.append(line)
    if arguments.write:
        write(table)


if __name__ == "__main__":
    main()
