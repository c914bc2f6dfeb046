"""A start after kill -9: until every partition answers produce and fetch, with the page cache warm."""

import argparse
import signal
import socket
import struct
import time

from bench import load
from bench.nodes import Millrace, Running, start

PORT = 28492
BATCH_BYTES = 65536
AT_ONCE = 500  # partitions of one fetch, whose answer is bounded by fetch.max.bytes


def request(peer, api, version, body):
    frame = struct.pack(">hhih", api, version, 1, 1) + b"b" + body
    peer.sendall(struct.pack(">i", len(frame)) + frame)
    size = struct.unpack(">i", peer.recv(4, socket.MSG_WAITALL))[0]
    return peer.recv(size, socket.MSG_WAITALL)


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def fetch_body(topic, partitions):
    """Fetch v4: the first batch of each partition."""
    each = b"".join(struct.pack(">iqi", index, 0, BATCH_BYTES) for index in partitions)
    return struct.pack(">iiiib", -1, 0, 0, 1 << 30, 0) + struct.pack(">i", 1) + text(topic) + struct.pack(
        ">i", len(partitions)) + each


def gave_records(peer, topic, partitions):
    """Whether each of them gave records without an error."""
    body = request(peer, 1, 4, fetch_body(topic, partitions))[8:]
    at = 4 + 2 + len(topic)
    count = struct.unpack_from(">i", body, at)[0]
    at += 4
    for _ in range(count):
        error, _, _, aborted = struct.unpack_from(">hqqi", body, at + 4)
        at += 4 + 2 + 8 + 8 + 4 + 16 * max(0, aborted)
        size = struct.unpack_from(">i", body, at)[0]
        at += 4 + max(0, size)
        if error != 0 or size <= 0:
            return False
    return count == len(partitions)


def readable(peer, topic, partitions):
    """Whether every partition gives records."""
    return all(gave_records(peer, topic, range(first, min(first + AT_ONCE, partitions)))
               for first in range(0, partitions, AT_ONCE))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=10)
    parser.add_argument("--partitions", type=int, default=1000)
    arguments = parser.parse_args()
    with Running(Millrace(PORT)) as node:
        load.run("produce", bootstrap=f"127.0.0.1:{PORT}", topic="t", partitions=arguments.partitions, conns=4,
                 batch=BATCH_BYTES, record=1024, mbytes=arguments.gigabytes * 1000, seconds=280)
        node.process.send_signal(signal.SIGKILL)
        node.process.wait()
        begin = time.monotonic()
        node.process = start(node.node)
        answered = time.monotonic() - begin
        with socket.create_connection(("127.0.0.1", PORT)) as peer:
            while not readable(peer, "t", arguments.partitions):
                time.sleep(0.005)
        fetched = time.monotonic() - begin
        # One batch to each partition, in turn, and one more.
        load.run("produce", bootstrap=f"127.0.0.1:{PORT}", topic="t", partitions=arguments.partitions, conns=1,
                 batch=1024, record=512, prime=1, mbytes=0.0001)
        print(f"{arguments.gigabytes} GB in {arguments.partitions} partitions, kill -9: metadata after "
              f"{answered * 1000:.0f} ms, every partition fetched after {fetched * 1000:.0f} ms, "
              f"then produced to by {(time.monotonic() - begin) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
