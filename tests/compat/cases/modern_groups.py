"""The C++ client in groups that brokers coordinate (KIP-848, KIP-932), with the real Kafka: a member beside Java's in
one group, and workers of one share group. MILLRACE_PEER names a program that becomes a Kafka 4.3.1 node when it is
given a properties file; without it the case is not run."""

import os
import re
import subprocess
import threading

from cases.examples import EXAMPLES, step
from cases.there_and_back import Either
from clients import java
from lib.process import Failed, NotRun

RECORDS = 3000
SECONDS = 120


class Peer(Either):
    """The real Kafka, with the topic that share groups keep their state in on one node."""

    def __init__(self, peer):
        super().__init__(peer)
        self.program = "kafka"
        with open(self.file, "a", encoding="utf-8") as file:
            file.write("share.coordinator.state.topic.replication.factor=1\nshare.coordinator.state.topic.min.isr=1\n"
                       "group.consumer.min.heartbeat.interval.ms=1000\ngroup.consumer.heartbeat.interval.ms=1000\n")

    def __enter__(self):
        self.start()
        return self


def start(bootstrap, program, *arguments):
    return subprocess.Popen([str(EXAMPLES / program), bootstrap, *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def ended(process, what):
    try:
        said, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired as slow:
        process.kill()
        raise Failed(f"{what} does not end") from slow
    if process.returncode != 0:
        raise Failed(f"{what}: exit code {process.returncode}: {said[-1000:]}")
    return said


def count(pattern, said, what):
    found = re.search(pattern, said)
    if not found:
        raise Failed(f"{what} says no number: {said[-1000:]}")
    return int(found.group(1))


def one_group(server):
    """Ours has all partitions, gives some to Java's member, and gets them back when that leaves: records of both
    together are all that there are, each once."""
    server.script("kafka-topics", "--create", "--topic", "shared", "--partitions", "4")
    ours = start(server.bootstrap, "group", "modern", "shared", "0", "brokers")
    out = server.folder / "java.out"
    theirs = []

    def consume():
        with open(out, "wb") as file:
            theirs.append(java.tool("consumer.ConsoleConsumer", "--bootstrap-server", server.bootstrap, "--topic",
                                    "shared", "--group", "modern", "--command-property", "group.protocol=consumer",
                                    "--timeout-ms", "8000", stdout=file, check=False))

    member = threading.Thread(target=consume)
    member.start()
    sent = 0
    while member.is_alive() and sent < 60 * 1000:
        step(server.bootstrap, "produce", ["shared", "1000", "50"], ["1000 delivered, 0 failed"])
        sent += 1000
        member.join(0.5 if sent < 20_000 else 20)
    member.join()
    step(server.bootstrap, "produce", ["shared", "1000", "50"], ["1000 delivered, 0 failed"])
    sent += 1000
    said = ended(ours, "the group example")
    read, by_java = count(r"(\d+) records", said, "the group example"), out.read_bytes().count(b"\n")
    if by_java == 0 or "revoked: shared-" not in said:
        raise Failed(f"Java's member got nothing beside ours: {said[-1000:]}")
    if read + by_java != sent:
        raise Failed(f"{sent} records were sent, ours read {read} and Java's member {by_java}")
    return f"{read} + {by_java} records in one group with Java's member"


def share_group(server):
    """Two workers: every record is accepted once; one in ten is released by the first who gets it."""
    server.script("kafka-topics", "--create", "--topic", "queue", "--partitions", "2")
    step(server.bootstrap, "produce", ["queue", str(RECORDS), "50"], [f"{RECORDS} delivered, 0 failed"])
    workers = [start(server.bootstrap, "share", "workers", "queue") for _ in range(2)]
    said = [ended(worker, "a share worker") for worker in workers]
    accepted = [count(r"(\d+) accepted", text, "a share worker") for text in said]
    if sum(accepted) != RECORDS or sum(count(r"(\d+) released", text, "a share worker") for text in said) == 0:
        raise Failed(f"{RECORDS} records were accepted {sum(accepted)} times, some released before: {said}")
    return f"{accepted[0]} + {accepted[1]} records by two workers of a share group"


def run(_ci):
    peer = os.environ.get("MILLRACE_PEER")
    if not peer:
        raise NotRun("MILLRACE_PEER does not name a program that starts a Kafka node")
    java.prepare()
    with Peer(peer) as server:
        return f"{one_group(server)}; {share_group(server)}"
