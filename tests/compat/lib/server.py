"""A millrace server of its own for a case: a fresh directory and port, start, kill -9, clean stop."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from lib.process import TOP, Failed

BINARY = Path(os.environ.get("MILLRACE", TOP / "build" / "release" / "bin" / "millrace"))
START_SECONDS = 20
STOP_SECONDS = 30

CORRELATION = 7
METADATA = struct.pack(">hhih", 3, 1, CORRELATION, 1) + b"m" + struct.pack(">i", -1)  # v1, all topics


def free_port():
    """A port whose successor is free too (the controller's)."""
    for _ in range(100):
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue
    raise Failed("no two neighbouring free ports")


def answers_metadata(port):
    """Whether a broker answers there. A connection alone proves nothing: a process that was just killed may still own
    a socket that accepts."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            peer.sendall(struct.pack(">i", len(METADATA)) + METADATA)
            head = peer.recv(8)
            return len(head) == 8 and struct.unpack(">ii", head)[1] == CORRELATION
    except OSError:
        return False


class Server:
    start_seconds = START_SECONDS
    stop_codes = {0}  # after SIGTERM

    def __init__(self, settings=(), environment=None, port=None, host="127.0.0.1"):
        self.folder = Path(tempfile.mkdtemp(prefix="millrace-compat-"))
        self.host = host
        self.port = port or free_port()
        self.settings = [*settings, *os.environ.get("MILLRACE_SETTINGS", "").split()]  # of every case's servers
        self.environment = environment or {}  # beside the process's own
        self.process = None

    @property
    def bootstrap(self):
        return f"{self.host}:{self.port}"

    @property
    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"    the server's data and log are kept in {self.folder}")

    def command(self):
        args = [BINARY, "server", "--data", self.folder / "data", "--listen", self.bootstrap]
        for setting in self.settings:
            args += ["--set", setting]
        return [str(a) for a in args]

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env={**os.environ, **self.environment})
        end = time.monotonic() + self.start_seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Failed(f"the server ended with code {self.process.returncode}: {self.log[-1500:]}")
            if answers_metadata(self.port):
                return
            time.sleep(0.005)
        raise Failed(f"the server does not answer after {self.start_seconds} s: {self.log[-1500:]}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed(f"the server has not stopped {STOP_SECONDS} s after SIGTERM") from None
        if code not in self.stop_codes:
            raise Failed(f"the server stopped with code {code}: {self.log[-1500:]}")

    def resident_mib(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().split("\n"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise Failed("the server has no VmRSS")
