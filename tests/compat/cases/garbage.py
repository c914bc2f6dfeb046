"""Hostile bytes on the port: an end or an answer in good time, bounded memory, and nobody else disturbed."""

import resource
import socket
import struct
import time

from clients import kcat
from lib.process import Failed
from lib.server import Server

CONNECTIONS_IDLE = 10_000
RESIDENT_MIB_MAX = 96
CLOSE_SECONDS = 10

CLOSED_AT_ONCE = {
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a TLS hello": bytes.fromhex("16030100c8010000c40303") + bytes(range(190)),
    "a length of 2 GiB - 1": struct.pack(">i", 2**31 - 1) + b"x" * 64,
    "a negative length": struct.pack(">i", -5) + b"x" * 64,
    "random bytes": bytes((n * 197 + 91) % 256 for n in range(4096)),
    "an unknown API key": struct.pack(">ihhi", 10, 9999, 0, 1) + b"\xff\xff",
}


def run(ci):
    kcat.prepare()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    idle_count = min(CONNECTIONS_IDLE, hard - 500)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, idle_count + 500), hard))
    with Server() as server:
        before = server.resident_mib()
        for what, sent in CLOSED_AT_ONCE.items():
            with connect(server) as peer:
                peer.sendall(sent)
                expect_close(peer, what)
        # A frame that claims 90 MiB and never comes: memory follows what arrived, not what was claimed.
        half = [connect(server) for _ in range(50)]
        for peer in half:
            peer.sendall(struct.pack(">ihhi", 90 << 20, 0, 9, 1) + b"x" * 1000)
        idle = [connect(server) for _ in range(idle_count)]
        kcat.metadata(server.bootstrap)
        after = server.resident_mib()
        if after > RESIDENT_MIB_MAX:
            raise Failed(f"{after:.0f} MiB resident with {idle_count} idle connections, at most {RESIDENT_MIB_MAX}")
        for peer in idle + half:
            peer.close()
        kcat.metadata(server.bootstrap)
        server.stop()
    return (f"{len(CLOSED_AT_ONCE)} kinds closed, {idle_count} idle and 50 half frames: "
            f"{before:.0f} -> {after:.0f} MiB resident, others served")


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=CLOSE_SECONDS)


def expect_close(peer, what):
    end = time.monotonic() + CLOSE_SECONDS
    try:
        while time.monotonic() < end:
            if not peer.recv(4096):
                return
    except ConnectionResetError:
        return
    except TimeoutError:
        pass
    raise Failed(f"the connection is still open {CLOSE_SECONDS} s after {what}")
