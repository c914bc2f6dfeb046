"""From exec to an answered Metadata request, and resident memory then: millrace beside the real Kafka, in one run."""

import signal
import statistics
import time
from pathlib import Path

from bench.nodes import Kafka, Millrace, start

RUNS = 5


def resident_mib(pid):
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0]) / 1024


def measure(node):
    """(milliseconds, MiB) per run; the first start, which finds an empty log, is not counted."""
    figures = []
    for run in range(RUNS + 1):
        begin = time.monotonic()
        process = start(node)
        took = (time.monotonic() - begin) * 1000
        if run:
            figures.append((took, resident_mib(process.pid)))
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    node.remove()
    return figures


def main():
    print(f"start-up: exec to an answered Metadata, {RUNS} starts after a clean stop, median (least to greatest)")
    for name, node in [("millrace", Millrace(29092)), ("Apache Kafka 4.3.1", Kafka(29192))]:
        figures = measure(node)
        times, memory = [f[0] for f in figures], [f[1] for f in figures]
        print(f"  {name}: {statistics.median(times):.0f} ms ({min(times):.0f} to {max(times):.0f}), "
              f"{statistics.median(memory):.1f} MiB resident")


if __name__ == "__main__":
    main()
