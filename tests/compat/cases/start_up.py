"""How long from exec to an answered Metadata request, and how much memory: figures, and a bound on the memory."""

import subprocess
import time

from lib.process import Failed
from lib.server import START_SECONDS, Server, answers_metadata

RUNS = 5
RESIDENT_MIB_MAX = 32


def run(ci):
    times = []
    with Server() as server:
        server.stop()
        for _ in range(RUNS):
            begin = time.monotonic()
            server.process = subprocess.Popen(server.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for_metadata(server)
            times.append((time.monotonic() - begin) * 1000)
            resident = server.resident_mib()
            server.stop()
    if resident > RESIDENT_MIB_MAX:
        raise Failed(f"{resident:.1f} MiB resident after the start, at most {RESIDENT_MIB_MAX}")
    return f"exec to Metadata {min(times):.0f} to {max(times):.0f} ms in {RUNS} runs, {resident:.1f} MiB resident"


def wait_for_metadata(server):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if answers_metadata(server.port):
            return
        time.sleep(0.001)
    raise Failed(f"no answer to Metadata within {START_SECONDS} s")
