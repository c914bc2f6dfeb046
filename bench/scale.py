"""How a node bears many of everything, millrace and then the real Kafka: partitions that are created, started with and
deleted, groups whose members all join at once, and connections that do nothing."""

import argparse
import resource
import signal
import socket
import struct
import time

from bench import groups
from bench.idle import cpu_s
from bench.nodes import Kafka, Millrace, Running, start
from bench.restart import request, text
from bench.start_up import resident_mib

PORT = 28892
PER_TOPIC = 1000  # partitions; Kafka takes no request for 10,000 at once
PATIENCE_S = 300
SETTLE_S = 3
SETTINGS = ["group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=50"]

CREATE_TOPICS, DELETE_TOPICS, LIST_OFFSETS = 19, 20, 2


def topics_of(partitions):
    """Names and their numbers of partitions."""
    return {f"scale-{first // PER_TOPIC}": min(PER_TOPIC, partitions - first)
            for first in range(0, partitions, PER_TOPIC)}


def connect():
    return socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE_S)


def create(peer, name, partitions):
    body = struct.pack(">i", 1) + text(name) + struct.pack(">ihiiib", partitions, 1, 0, 0, PATIENCE_S * 1000, 0)
    answer = request(peer, CREATE_TOPICS, 4, body)
    error = struct.unpack_from(">h", answer, 4 + 4 + 4 + 2 + len(name))[0]
    if error != 0:
        raise SystemExit(f"CreateTopics {name}: error {error}")


def delete(peer, names):
    body = struct.pack(">i", len(names)) + b"".join(map(text, names)) + struct.pack(">i", PATIENCE_S * 1000)
    answer = request(peer, DELETE_TOPICS, 1, body)
    at = 4 + 4 + 4
    for _ in names:
        size = struct.unpack_from(">h", answer, at)[0]
        error = struct.unpack_from(">h", answer, at + 2 + size)[0]
        at += 4 + size
        if error != 0:
            raise SystemExit(f"DeleteTopics: error {error}")


def served(peer, topics):
    """Whether every partition answers ListOffsets."""
    for name, partitions in topics.items():
        asked = b"".join(struct.pack(">iq", index, -1) for index in range(partitions))
        answer = request(peer, LIST_OFFSETS, 1,
                         struct.pack(">ii", -1, 1) + text(name) + struct.pack(">i", partitions) + asked)
        at = 4 + 4 + 2 + len(name)
        count = struct.unpack_from(">i", answer, at)[0]
        errors = (struct.unpack_from(">h", answer, at + 4 + 22 * i + 4)[0] for i in range(count))
        if count != partitions or any(errors):
            return False
    return True


def until(holds):
    end = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"not after {PATIENCE_S} s")
        time.sleep(0.005)


def directories(node):
    """How many directories of partitions are in service."""
    return sum(1 for entry in (node.node.folder / "data").iterdir()
               if entry.name.startswith("scale-") and not entry.name.endswith("-delete"))


class Clock:
    """Seconds and CPU seconds of a process since it was made."""

    def __init__(self, pid):
        self.pid, self.begin, self.cpu = pid, time.monotonic(), cpu_s(pid)

    def read(self):
        return time.monotonic() - self.begin, cpu_s(self.pid) - self.cpu


def many_partitions(node, partitions):
    topics = topics_of(partitions)
    with connect() as peer:
        clock = Clock(node.pid)
        for name, count in topics.items():
            create(peer, name, count)
        until(lambda: served(peer, topics))
        yield "create", clock.read()
    node.process.send_signal(signal.SIGTERM)
    node.process.wait(PATIENCE_S)
    begin = time.monotonic()
    node.process = start(node.node)
    node.pid = node.process.pid
    with connect() as peer:
        until(lambda: served(peer, topics))
        yield "start with them", (time.monotonic() - begin, cpu_s(node.pid))
        clock = Clock(node.pid)
        delete(peer, list(topics))
        until(lambda: directories(node) == 0)
        yield "delete", clock.read()


def many_groups(node, count, members):
    clock = Clock(node.pid)
    connected = groups.connect_all(PORT, count, members)
    yield "connect", clock.read()
    clock = Clock(node.pid)
    groups.join_all(connected, PATIENCE_S)
    yield "join", clock.read()


def idle_connections(node, count):
    before = resident_mib(node.pid)
    clients = [connect() for _ in range(count)]
    time.sleep(SETTLE_S)
    after = resident_mib(node.pid)
    for client in clients:
        client.close()
    return after - before


def compare(what, work):
    """Does it on a fresh node of each, and tells what it took as soon as that is known. `work` yields names and what
    each of them took: seconds and CPU seconds."""
    ours = {}
    for name, make in (("millrace", Millrace), ("Kafka", Kafka)):
        with Running(make(PORT, SETTINGS)) as node:
            time.sleep(SETTLE_S)
            for step, (seconds, cpu) in work(node):
                line = f"{what}, {step}: {name} {seconds:.2f} s, {cpu:.2f} CPU s"
                if step in ours:
                    our_s, our_cpu = ours[step]
                    line += f"; {seconds / max(our_s, 0.001):.1f} x as long, {cpu / max(our_cpu, 0.01):.1f} x the CPU"
                ours.setdefault(step, (seconds, cpu))
                print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--partitions", type=int, default=10_000)
    parser.add_argument("--groups", type=int, default=1000)
    parser.add_argument("--members", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=5000)
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for name, make in (("millrace", Millrace), ("Kafka", Kafka)):
        with Running(make(PORT, SETTINGS)) as node:
            time.sleep(SETTLE_S)
            more = idle_connections(node, arguments.connections)
            print(f"{arguments.connections:,} idle connections: {name} {more:.0f} MiB more", flush=True)
    compare(f"{arguments.groups:,} groups, {arguments.members:,} members",
            lambda node: many_groups(node, arguments.groups, arguments.members))
    compare(f"{arguments.partitions:,} partitions", lambda node: many_partitions(node, arguments.partitions))


if __name__ == "__main__":
    main()
