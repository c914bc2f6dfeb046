"""The durable floor: what fdatasync costs on this machine, by how the bytes lie in their file."""

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench import memory

SIZES = [4096, 65536, 655360]
ROUNDS = 1600  # of each: with 640 KiB, a segment of 1 GiB
SECONDS = 4


def growing(_fd, _total):
    """Each write extends the file: the new length and blocks go through the journal of the file system."""


def reserved(fd, total):
    """Blocks are there, but marked as never written; the length is final."""
    os.posix_fallocate(fd, 0, total)


def written(fd, total):
    """Blocks were written once before: only the bytes themselves travel."""
    piece = b"\0" * (1 << 20)
    for position in range(0, total, len(piece)):
        os.pwrite(fd, piece[:total - position], position)
    os.fsync(fd)


def rounds(fd, size, total, second_copy=None):
    """Milliseconds of each write-and-sync. The second copy goes first, as a journal's would."""
    data = os.urandom(size)
    times = []
    begin = time.monotonic()
    for position in range(0, total, size):
        start = time.monotonic()
        if second_copy is not None:
            os.pwrite(second_copy, data, position)
            os.fdatasync(second_copy)
        os.pwrite(fd, data, position)
        if second_copy is None:
            os.fdatasync(fd)
        times.append((time.monotonic() - start) * 1000)
        if time.monotonic() - begin > SECONDS:
            break
    return times


def new_file(folder, name, prepare, total):
    fd = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
    prepare(fd, total)
    return fd


def append_rate(folder, size, total):
    """MB/s at which a file that grows becomes durable, so many bytes at a time: all that a log can have."""
    fd = new_file(folder, "appended", growing, total)
    times = rounds(fd, size, total)
    os.close(fd)
    os.unlink(folder / "appended")
    return size * len(times) / sum(times) / 1000


def measure(folder, prepare, size, twice):
    total = size * ROUNDS
    fd = new_file(folder, "target", growing if twice else prepare, total)
    journal = new_file(folder, "journal", prepare, total) if twice else None
    begin = os.times()
    times = rounds(fd, size, total, journal)
    end = os.times()
    spent = end.user + end.system - begin.user - begin.system
    gigabytes = len(times) * size / 1e9
    for name, descriptor in [("target", fd), ("journal", journal)]:
        if descriptor is not None:
            os.close(descriptor)
            os.unlink(folder / name)
    os.sync()
    return times, spent / gigabytes


def table(folder):
    lines = ["| bytes | file | p50 ms | p99 ms | MB/s | CPU s/GB |", "|---|---|---|---|---|---|"]
    for size in SIZES:
        for name, prepare, twice in [
                ("growing", growing, False), ("fallocated", reserved, False), ("written before", written, False),
                ("twice: a written journal synced, a growing file not", written, True)]:
            times, cpu = measure(folder, prepare, size, twice)
            times.sort()
            rate = size * len(times) / sum(times) / 1000
            lines.append(f"| {size >> 10} KiB | {name} | {statistics.median(times):.3f} | "
                         f"{times[int(len(times) * 0.99)]:.3f} | {rate:.0f} | {cpu:.2f} |")
    return "\n".join(lines)


def commits(folder):
    """Many files made durable together: concurrent syncs beside one journal."""
    program = folder / "commit_floor"
    subprocess.run(["g++", "-O2", "-std=c++20", "-pthread", Path(__file__).parent / "commit_floor.cc", "-o", program],
                   check=True)
    for count in (1, 100, 1000, 10000):
        for way in (["serial"], ["threads", "8"], ["threads", "64"], ["range", "8"], ["syncfs"], ["journal"]):
            subprocess.run([program, folder, str(count), *way], check=True)


def main():
    with (memory.Held() as held, held.warm(),
          tempfile.TemporaryDirectory(prefix="millrace-disk-", dir=os.environ.get("BENCH_DIR")) as folder):
        print(table(Path(folder)), flush=True)
        commits(Path(folder))


if __name__ == "__main__":
    main()
