"""Memory that the hypervisor takes back from an idle guest has to be given again at its first touch, which costs
several times what writing into it does: a measurement on such memory measures the hypervisor. So nearly all free memory
is kept in use, by the page cache of a file of holes, and given free bit by bit while something is measured. As clean
cache it takes nothing from anybody, and the limits of dirty memory stay as they are."""

import os
import tempfile
import threading

_FREE = 512 << 20  # what is left free
_PART = 16 << 20
_STEP_S = 0.005


def _bytes_of(field):
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1]) << 10
    raise SystemExit(f"/proc/meminfo does not say {field}")


class Held:
    """For `with`; then warm() before each measurement, which is taken inside `with`, too."""

    def __enter__(self):
        self.file = tempfile.TemporaryFile(prefix="millrace-held-", dir=os.environ.get("BENCH_DIR"))
        self.parts = _bytes_of("MemTotal") // _PART
        self.file.truncate(self.parts * _PART)
        self.held = []
        return self

    def __exit__(self, *_):
        self.file.close()

    def fill(self):
        """Takes what is free. What the kernel took back for others is found by reading it all once more."""
        buffer = bytearray(_PART)
        for part in range(self.parts):
            if _bytes_of("MemFree") <= _FREE:
                break
            os.preadv(self.file.fileno(), [buffer], part * _PART)
            self.held.append(part)
        self.held = sorted(set(self.held))

    def give(self):
        """Gives free what is missing of what is left free."""
        while self.held and _bytes_of("MemFree") < _FREE:
            os.posix_fadvise(self.file.fileno(), self.held.pop() * _PART, _PART, os.POSIX_FADV_DONTNEED)

    def warm(self):
        return _Warm(self)


class _Warm:
    def __init__(self, held):
        self.held = held

    def __enter__(self):
        self.held.fill()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.feed)
        self.thread.start()

    def feed(self):
        while not self.over.wait(_STEP_S):
            self.held.give()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
