"""The disk alone under a log's steady load: what is late here is late below every program."""

import os
import tempfile
import threading
import time
from pathlib import Path

PIECE = 65536
MOST_AT_ONCE = 3  # pieces between two syncs: what the load generator has in flight, over as many files
GIVEN_BACK = 8 << 20  # bytes that go at a time from a file that is removed


class Segments:
    """Files that grow one after the other, of which the oldest go bit by bit."""

    def __init__(self, stem, segment_bytes, retained_bytes):
        self.stem, self.segment_bytes = stem, segment_bytes
        self.retained = retained_bytes // segment_bytes
        self.closed, self.doomed = [], []
        self.count = 0
        self.open_next()

    def open_next(self):
        self.path = Path(f"{self.stem}-{self.count}")
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        self.count += 1
        self.size = 0

    def append(self, pieces):
        self.size += os.pwritev(self.fd, pieces, self.size)
        os.fdatasync(self.fd)
        if self.size < self.segment_bytes:
            return
        os.close(self.fd)
        self.closed.append(self.path)
        if len(self.closed) > self.retained:
            self.doomed.append(self.closed.pop(0))
        self.open_next()

    def give_back(self):
        if not self.doomed:
            return
        left = self.doomed[0].stat().st_size - GIVEN_BACK
        if left > 0:
            os.truncate(self.doomed[0], left)
        else:
            self.doomed.pop(0).unlink()


def feed(segments, rate, begin, seconds, late):
    """Appends what is due by now, and notes how late each piece is on the disk."""
    piece = memoryview(os.urandom(PIECE))
    done = 0
    while (now := time.monotonic() - begin) < seconds:
        due = min(int(now * rate / PIECE) - done, MOST_AT_ONCE)
        if due <= 0:
            time.sleep(max(0.0, (done + 1) * PIECE / rate - now))
            continue
        segments.append([piece] * due)
        ended = time.monotonic() - begin
        late += [ended - (done + i + 1) * PIECE / rate for i in range(due)]
        done += due


def p99(mb_per_s, seconds, files=4, segment_bytes=64 << 20, retained_bytes=256 << 20):
    """How late (ms) the latest hundredth of the pieces of 64 KiB is that are written and synced at this rate."""
    late = []
    with tempfile.TemporaryDirectory(prefix="millrace-disk-", dir=os.environ.get("BENCH_DIR")) as folder:
        logs = [Segments(f"{folder}/{i}", segment_bytes, retained_bytes) for i in range(files)]
        begin = time.monotonic()
        threads = [threading.Thread(target=feed, args=(log, mb_per_s * 1e6 / files, begin, seconds, late))
                   for log in logs]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            for log in logs:
                log.give_back()
            time.sleep(0.01 * files)
        for log in logs:
            os.close(log.fd)
    late.sort()
    return late[int(len(late) * 0.99)] * 1000
