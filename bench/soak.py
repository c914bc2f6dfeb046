"""Hours of steady load across retention: latency, memory and descriptors at the end beside the beginning.

After each minute the disk alone takes the same bytes at the same rate for some seconds, without any broker.
"""

import argparse
import os
import time
from pathlib import Path

from bench import load, steady
from bench.nodes import Millrace, Running
from bench.start_up import resident_mib

PORT = 28592
SLICE_S = 60
DISK_S = 10
CAPACITY_S = 180  # a disk takes more at first than it does in the long run
SETTINGS = ["log.retention.bytes=268435456", "log.segment.bytes=67108864", "log.retention.check.interval.ms=5000",
            "file.delete.delay.ms=1000"]


def tenth(samples, key, last):
    count = max(1, len(samples) // 10)
    chosen = samples[-count:] if last else samples[:count]
    return sum(sample[key] for sample in chosen) / count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1)
    parser.add_argument("--rate", type=float, default=0,
                        help="MB/s; without it, 70 %% of what the first three minutes take")
    arguments = parser.parse_args()
    common = dict(bootstrap=f"127.0.0.1:{PORT}", topic="t", partitions=4, conns=2, batch=65536, record=1024)
    samples = []
    with Running(Millrace(PORT, SETTINGS)) as node:
        rate = arguments.rate or 0.7 * load.run("produce", seconds=CAPACITY_S, **common)["MB_per_s"]
        begin = time.monotonic()
        while time.monotonic() - begin < arguments.hours * 3600:
            sample = load.run("produce", seconds=SLICE_S, rate=rate, pid=node.pid, **common)
            sample["rss"] = resident_mib(node.pid)
            sample["descriptors"] = len(os.listdir(Path("/proc") / str(node.pid) / "fd"))
            sample["disk_p99_ms"] = steady.p99(rate, DISK_S)
            samples.append(sample)
            minutes = (time.monotonic() - begin) / 60
            print(f"{minutes:6.1f} min: p99 {sample['p99_ms']:.2f} ms, the disk alone {sample['disk_p99_ms']:.2f} ms, "
                  f"{sample['rss']:.1f} MiB, {sample['descriptors']} descriptors, {sample['errors']} errors",
                  flush=True)

        def ratio(key):
            return tenth(samples, key, True) / tenth(samples, key, False)

        hours = (time.monotonic() - begin) / 3600
        slope = (tenth(samples, "rss", True) - tenth(samples, "rss", False)) / hours
        print(f"{rate:.0f} MB/s for {hours:.2f} h: p99 of the last tenth {ratio('p99_ms'):.2f} x the first, "
              f"the disk alone {ratio('disk_p99_ms'):.2f} x, resident memory {slope:+.2f} MiB/h, "
              f"descriptors {samples[0]['descriptors']} then {samples[-1]['descriptors']}")


if __name__ == "__main__":
    main()
