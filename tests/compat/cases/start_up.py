"""How long from exec to an answered Metadata request, and how much memory: figures, and a bound on the memory."""

import socket
import struct
import subprocess
import time

from lib.process import Failed
from lib.server import Server

RUNS = 5
RESIDENT_MIB_MAX = 32

# Metadata v1 for all topics: header v1 with client id "m".
REQUEST = struct.pack(">hhih", 3, 1, 7, 1) + b"m" + struct.pack(">i", -1)


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
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer:
                peer.sendall(struct.pack(">i", len(REQUEST)) + REQUEST)
                head = peer.recv(8)
                if len(head) == 8 and struct.unpack(">ii", head)[1] == 7:
                    return
        except OSError:
            pass
        time.sleep(0.001)
    raise Failed("no answer to Metadata within 20 s")
