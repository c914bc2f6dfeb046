"""From exec to an answered Metadata request, and resident memory then: millrace beside the real Kafka, in one run."""

import shutil
import signal
import socket
import statistics
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from bench.peer import Kafka

BINARY = Path(__file__).resolve().parent.parent / "build" / "release" / "bin" / "millrace"
RUNS = 5
METADATA = struct.pack(">hhih", 3, 1, 7, 1) + b"m" + struct.pack(">i", -1)  # v1, all topics


class Millrace:
    def __init__(self, port):
        self.port = port
        self.folder = Path(tempfile.mkdtemp(prefix="millrace-bench-"))

    def command(self):
        return [str(BINARY), "server", "--data", str(self.folder / "data"), "--listen", f"127.0.0.1:{self.port}"]

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def answered(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
            peer.sendall(struct.pack(">i", len(METADATA)) + METADATA)
            return len(peer.recv(8)) == 8
    except OSError:
        return False


def resident_mib(pid):
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0]) / 1024


def measure(node):
    """(milliseconds, MiB) per run; the first start, which finds an empty log, is not counted."""
    figures = []
    for run in range(RUNS + 1):
        begin = time.monotonic()
        process = subprocess.Popen(node.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not answered(node.port):
            if process.poll() is not None:
                raise SystemExit(f"{node.command()[0]} ended with code {process.returncode}")
            time.sleep(0.001)
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
