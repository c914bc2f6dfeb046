"""The C++ client against three nodes of the real Kafka, which are killed, paused and lose their leaders meanwhile: an
idempotent producer, a classic group and one of KIP-848, two members each. Every record is in the log once, where it was
acknowledged, in order, as Java reads it; each group has seen all, and has committed all. MILLRACE_PEER names a program
that becomes a Kafka 4.3.1 node when it is given a properties file; without it the case is not run."""

import json
import os
import random
import re
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from cases.crash_loop import PARTITIONS, judge
from clients import java
from lib.process import Failed, NotRun, run as run_command
from lib.server import BINARY, Server, free_port

NODES = 3
ROUNDS_CI, ROUNDS = 4, 9
TOPIC = "ledger"
RECORDS_PER_S = 1000
QUIET_S = (1.0, 3.0)  # between two faults
PAUSED_S = (1.0, 6.0)  # a session ends after 3
END_S = 120
GROUPS = {"classic": ["partition.assignment.strategy=cooperative-sticky", "session.timeout.ms=6000",
                      "heartbeat.interval.ms=500"],
          "modern": ["group.protocol=consumer"]}
MEMBERS = 2


class Node(Server):
    """One node of the cluster: broker and controller."""

    stop_codes = {0, 143}
    start_seconds = 90

    def __init__(self, peer, number, ports):
        super().__init__(port=ports[number - 1])
        self.peer = peer
        self.file = self.folder / "server.properties"
        voters = ",".join(f"{i}@127.0.0.1:{port + 1}" for i, port in enumerate(ports, 1))
        self.file.write_text("\n".join([
            "process.roles=broker,controller", f"node.id={number}", f"controller.quorum.voters={voters}",
            f"listeners=PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{self.port + 1}",
            "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            f"log.dirs={self.folder / 'data'}", "default.replication.factor=3", "min.insync.replicas=2",
            "offsets.topic.replication.factor=3", "offsets.topic.num.partitions=4",
            "group.initial.rebalance.delay.ms=0", "group.consumer.min.heartbeat.interval.ms=500",
            "group.consumer.heartbeat.interval.ms=500", "broker.session.timeout.ms=3000",
            "broker.heartbeat.interval.ms=500", "replica.lag.time.max.ms=3000", ""]))
        run_command([BINARY, "storage", "format", "-t", "dGhyZWUtbm9kZXMta2Fma2E", "-c", self.file])

    def command(self):
        return [self.peer, str(self.file)]

    def send(self, number):
        """To the JVM, which took the place of the program that was started."""
        self.process.send_signal(number)


class Cluster:
    def __init__(self, peer):
        ports = []
        while len(ports) < NODES:
            port = free_port()
            if all(abs(port - other) > 1 for other in ports):
                ports.append(port)
        self.nodes = [Node(peer, number, ports) for number in range(1, NODES + 1)]
        self.bootstrap = ",".join(node.bootstrap for node in self.nodes)
        self.folder = self.nodes[0].folder

    def __enter__(self):
        with ThreadPoolExecutor(NODES) as pool:
            list(pool.map(Node.start, self.nodes))
        return self

    def __exit__(self, *what):
        for node in self.nodes:
            node.__exit__(*what)

    def script(self, name, *arguments, check=True):
        return run_command([BINARY, name, "--bootstrap-server", self.bootstrap, *arguments], timeout=120,
                           check=check).stdout.decode()

    def whole(self):
        """Whether all replicas of all partitions are in sync."""
        lag = self.script("kafka-topics", "--describe", "--under-replicated-partitions", check=False)
        return not lag.strip() and self.script("kafka-topics", "--describe", "--topic", TOPIC, check=False).strip()

    def await_whole(self):
        end = time.monotonic() + END_S
        while not self.whole():
            if time.monotonic() > end:
                raise Failed(f"replicas are not in sync again after {END_S} s")
            time.sleep(0.5)


def kill(cluster, chance):
    node = chance.choice(cluster.nodes)
    node.kill()
    time.sleep(chance.uniform(*PAUSED_S))
    node.start()


def pause(cluster, chance):
    node = chance.choice(cluster.nodes)
    node.send(signal.SIGSTOP)
    time.sleep(chance.uniform(*PAUSED_S))
    node.send(signal.SIGCONT)


def move_leaders(cluster, chance):
    partitions = []
    for partition in range(PARTITIONS):
        replicas = [1, 2, 3]
        chance.shuffle(replicas)
        partitions.append({"topic": TOPIC, "partition": partition, "replicas": replicas})
    plan = cluster.folder / "plan.json"
    plan.write_text(json.dumps({"version": 1, "partitions": partitions}))
    cluster.script("kafka-reassign-partitions", "--reassignment-json-file", plan, "--execute")
    cluster.script("kafka-leader-election", "--election-type", "preferred", "--all-topic-partitions", check=False)


FAULTS = (kill, pause, move_leaders)


class Writer:
    """`millrace produce` and who feeds it: numbered records, round robin over the partitions."""

    def __init__(self, cluster):
        self.written = open(cluster.folder / "written", "w+b")
        self.process = subprocess.Popen(
            [str(BINARY), "produce", TOPIC, "-f", "%p %v\\n", "-o", "%p %o\\n", "-z", "lz4", "-X",
             f"bootstrap.servers={cluster.bootstrap}"],
            stdin=subprocess.PIPE, stdout=self.written, stderr=subprocess.PIPE, text=True)
        self.sent, self.done = 0, threading.Event()
        self.feeder = threading.Thread(target=self.feed)
        self.feeder.start()

    def feed(self):
        begin = time.monotonic()
        try:
            while not self.done.is_set():
                due = int((time.monotonic() - begin) * RECORDS_PER_S)
                numbers = range(self.sent, max(due, self.sent))
                self.process.stdin.write("".join(f"{n % PARTITIONS} {n}:{'v' * (n * 37 % 300)}\n" for n in numbers))
                self.process.stdin.flush()
                self.sent = max(due, self.sent)
                time.sleep(0.02)
        except BrokenPipeError:
            pass  # it has ended, and says why

    def end(self):
        """(partition, offset, number) of what was acknowledged: within a partition in the order of sending."""
        self.done.set()
        self.feeder.join()
        try:
            _, said = self.process.communicate(timeout=END_S)
        except subprocess.TimeoutExpired:
            raise Failed(f"the producer has not ended {END_S} s after its input") from None
        if self.process.returncode != 0:
            raise Failed(f"the producer ended with code {self.process.returncode}: {said[-1500:]}")
        self.written.seek(0)
        count = dict.fromkeys(range(PARTITIONS), 0)
        acknowledged = []
        for line in self.written.read().decode().splitlines():
            partition, offset = map(int, line.split())
            acknowledged.append((partition, offset, partition + PARTITIONS * count[partition]))
            count[partition] += 1
        return acknowledged

    def drop(self):
        self.done.set()
        self.process.kill()
        self.process.wait()


class Member:
    """`millrace consume` in a group."""

    def __init__(self, cluster, group, settings, number):
        self.what = f"member {number} of the group {group}"
        self.path = cluster.folder / f"{group}-{number}"
        options = [word for setting in settings for word in ("-X", setting)]
        self.process = subprocess.Popen(
            [str(BINARY), "consume", TOPIC, "-g", group, "-f", "%p %o %v\\n", "-X",
             f"bootstrap.servers={cluster.bootstrap}", "-X", "auto.offset.reset=earliest", "-X",
             "auto.commit.interval.ms=500", *options],
            stdout=open(self.path, "wb"), stderr=subprocess.PIPE, text=True)

    def seen(self):
        """Of whole lines."""
        text = self.path.read_text()
        return [tuple(map(int, re.split("[ :]", line)[:3])) for line in text[:text.rfind("\n") + 1].splitlines()]

    def end(self):
        self.process.send_signal(signal.SIGINT)
        try:
            _, said = self.process.communicate(timeout=END_S)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.what} has not ended {END_S} s after SIGINT") from None
        if self.process.returncode not in (0, 130):
            raise Failed(f"{self.what} ended with code {self.process.returncode}: {said[-1500:]}")


def as_java_reads(cluster, count):
    """(partition, offset, number) of all records."""
    out = cluster.folder / "java"
    with open(out, "wb") as file:
        java.tool("consumer.ConsoleConsumer", "--bootstrap-server", cluster.bootstrap, "--topic", TOPIC,
                  "--from-beginning", "--max-messages", count, "--timeout-ms", "30000", "--formatter-property",
                  "print.partition=true", "--formatter-property", "print.offset=true", stdout=file)
    pattern = re.compile(r"Partition:(\d+)\tOffset:(\d+)\t(\d+):")
    return [tuple(map(int, pattern.match(line).groups())) for line in out.read_text().splitlines()]


def await_all(members, sent, how):
    end = time.monotonic() + END_S
    while True:
        seen = {group: [record for member in of for record in member.seen()] for group, of in members.items()}
        missing = {group: sent - len({number for _, _, number in records}) for group, records in seen.items()}
        if not any(missing.values()):
            return seen
        for of in members.values():
            for member in of:
                if member.process.poll() is not None:
                    raise Failed(f"{how}: {member.what} ended: {member.process.stderr.read()[-1500:]}")
        if time.monotonic() > end:
            raise Failed(f"{how}: the groups miss records of {sent}: {missing}")
        time.sleep(1)


def committed(cluster, group):
    """The group's position of each partition."""
    said = cluster.script("kafka-consumer-groups", "--describe", "--group", group)
    rows = [line.split() for line in said.splitlines()]
    return {int(row[2]): int(row[3]) for row in rows if len(row) > 3 and row[0] == group and row[1] == TOPIC}


def run(ci):
    peer = os.environ.get("MILLRACE_PEER")
    if not peer:
        raise NotRun("MILLRACE_PEER does not name a program that starts a Kafka node")
    java.prepare()
    seed = time.time_ns()
    chance = random.Random(seed)
    how, faults = f"seed {seed}", []
    with Cluster(peer) as cluster:
        cluster.script("kafka-topics", "--create", "--topic", TOPIC, "--partitions", PARTITIONS,
                       "--replication-factor", NODES)
        writer = Writer(cluster)
        members = {group: [Member(cluster, group, settings, number) for number in range(MEMBERS)]
                   for group, settings in GROUPS.items()}
        try:
            for number in range(ROUNDS_CI if ci else ROUNDS):
                time.sleep(chance.uniform(*QUIET_S))
                fault = FAULTS[number] if number < len(FAULTS) else chance.choice(FAULTS)
                fault(cluster, chance)
                faults.append(fault.__name__)
                cluster.await_whole()
            acknowledged = writer.end()
            seen = await_all(members, writer.sent, how)
            for of in members.values():
                for member in of:
                    member.end()
        finally:
            writer.drop()
            for of in members.values():
                for member in of:
                    member.process.kill()
                    member.process.wait()
        log = as_java_reads(cluster, writer.sent)
        for group in GROUPS:
            judge(log, writer.sent, acknowledged, seen[group], f"{how}, group {group}")
            ends = {partition: sum(1 for p, _, _ in log if p == partition) for partition in range(PARTITIONS)}
            if (found := committed(cluster, group)) != ends:
                raise Failed(f"{how}: the group {group} has committed {found}, the log ends at {ends}")
    return f"{writer.sent} records, each once at its offset, and two groups that saw all over: {', '.join(faults)}"
