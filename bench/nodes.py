"""Nodes to measure: each is started once, fresh, and stopped with everything it wrote."""

import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from bench.peer import Kafka

BINARY = Path(__file__).resolve().parent.parent / "build" / "release" / "bin" / "millrace"
METADATA = struct.pack(">hhih", 3, 1, 7, 1) + b"m" + struct.pack(">i", -1)  # v1, all topics
FROM_MEMORY = "log.flush.interval.messages=9223372036854775807"


class Millrace:
    """`settings`: further lines for the node's settings."""

    def __init__(self, port, settings=()):
        self.port = port
        self.settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix="millrace-bench-"))

    def command(self):
        extra = [word for setting in self.settings for word in ("--set", setting)]
        data = str(self.folder / "data")
        return [str(BINARY), "server", "--data", data, "--listen", f"127.0.0.1:{self.port}", *extra]

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def answered(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
            peer.sendall(struct.pack(">i", len(METADATA)) + METADATA)
            return len(peer.recv(8)) == 8
    except OSError:
        return False


def start(node):
    """Its process, once it answers."""
    process = subprocess.Popen(node.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not answered(node.port):
        if process.poll() is not None:
            raise SystemExit(f"{node.command()[0]} ended with code {process.returncode}")
        time.sleep(0.001)
    return process


class Running:
    """A node with a process, for `with`."""

    def __init__(self, node):
        self.node = node

    def __enter__(self):
        self.process = start(self.node)
        self.pid = self.process.pid
        self.port = self.node.port
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.node.remove()


def forget_topic(port, topic):
    """DeleteTopics v1, so that one measurement's bytes do not fill the page cache of the next."""
    name = topic.encode()
    body = struct.pack(">hhih", 20, 1, 1, 1) + b"b" + struct.pack(">ih", 1, len(name)) + name + struct.pack(">i", 30000)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
        peer.sendall(struct.pack(">i", len(body)) + body)
        peer.recv(64)


__all__ = ["FROM_MEMORY", "Kafka", "Millrace", "Running", "answered", "forget_topic", "start"]
