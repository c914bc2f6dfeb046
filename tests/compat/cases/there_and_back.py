"""One directory, served in turn by millrace and by the real Kafka, each stopped well and killed: every record stays
what it was, whatever became of the topic's segments meanwhile. MILLRACE_PEER names a program that becomes a Kafka 4.3.1
node when it is given a properties file; without it the case is not run. MILLRACE_ONDISK may name a reader of log
directories that is nobody's (`MILLRACE_ONDISK DIR`, code 0 if it finds none; a problem is a line with PROBLEM): it is
asked after each of millrace's rounds, however that ended. After a kill millrace's own files may be there."""

import json
import os
import random
import subprocess
from base64 import b64encode

from clients import kcat
from lib.process import Failed, NotRun, run as run_command
from lib.server import BINARY, Server

# Who serves, and how it ends.
ROUNDS_CI = [("millrace", "stop"), ("kafka", "stop"), ("millrace", "kill"), ("kafka", "kill"), ("millrace", "stop"),
             ("kafka", "stop")]
ROUNDS = ROUNDS_CI + [("millrace", "kill"), ("millrace", "stop"), ("kafka", "kill"), ("kafka", "stop"),
                      ("millrace", "kill"), ("kafka", "stop")]
RETAINED = 1048576  # bytes of each partition of one topic that retention leaves at least
TOPICS = {
    "plain": ["segment.bytes=1048576"],
    "recompressed": ["compression.type=zstd", "segment.bytes=1048576"],
    "trimmed": ["segment.bytes=1048576"],
    "retained": ["segment.bytes=1048576", f"retention.bytes={RETAINED}", "file.delete.delay.ms=1000"],
    "compacted": ["cleanup.policy=compact", "segment.ms=1000", "min.cleanable.dirty.ratio=0.01",
                  "delete.retention.ms=0"],
}
PARTITIONS = 2
RECORDS = 1500  # per topic and round; of about a KiB that compresses little, so that segments roll
KEYS = 50
FIELD, RECORD = "\x02", "\x01"


class Either(Server):
    """The directory, and the program that serves it now."""

    stop_codes = {0, 143}  # a JVM ends with the number of the signal
    start_seconds = 60  # a node that was killed is not let in again before its session has ended

    def __init__(self, peer):
        super().__init__()
        self.peer, self.program = peer, "millrace"
        self.file = self.folder / "server.properties"
        self.file.write_text("\n".join([
            "process.roles=broker,controller", "node.id=1", "controller.listener.names=CONTROLLER",
            f"listeners=PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{self.port + 1}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            f"controller.quorum.voters=1@127.0.0.1:{self.port + 1}", f"log.dirs={self.folder / 'data'}",
            "offsets.topic.replication.factor=1", "offsets.topic.num.partitions=2",
            "log.cleaner.backoff.ms=500", "log.retention.check.interval.ms=1000", "log.initial.task.delay.ms=500",
            *self.settings, ""]))
        run_command([BINARY, "storage", "format", "-t", "aGVyZS1hbmQtYmFjay1hIA", "-c", self.file])

    def __enter__(self):
        return self  # each round starts it

    def command(self):
        return [str(BINARY), "server", "--config", str(self.file)] if self.program == "millrace" else \
            [self.peer, str(self.file)]

    def script(self, name, *arguments):
        return run_command([BINARY, name, "--bootstrap-server", self.bootstrap, *arguments], timeout=60).stdout.decode()


def run(ci):
    peer = os.environ.get("MILLRACE_PEER")
    if not peer:
        raise NotRun("MILLRACE_PEER does not name a program that starts a Kafka node")
    kcat.prepare()
    rounds = ROUNDS_CI if ci else ROUNDS
    known = {topic: {} for topic in TOPICS}
    trimmed_to = {}
    with Either(peer) as server:
        for number, (program, end) in enumerate(rounds):
            server.program = program
            server.start()
            where = f"round {number}, {program}"
            if number == 0:
                for topic, settings in TOPICS.items():
                    configs = [word for setting in settings for word in ("--config", setting)]
                    server.script("kafka-topics", "--create", "--topic", topic, "--partitions", str(PARTITIONS),
                                  *configs)
            for topic in TOPICS:
                check(topic, known[topic], read(server, topic), trimmed_to, where)
            for topic in TOPICS:
                write(server, topic, number)
            trim(server, trimmed_to)
            for topic in TOPICS:
                now = read(server, topic)
                check(topic, known[topic], now, trimmed_to, where + ", after it wrote")
                known[topic] = now
            server.stop() if end == "stop" else server.kill()
            if end == "stop":
                verify(server, where)
            if program == "millrace":
                ask_reader(server, end, where)
        shrunk = [place for place in ("retained", "trimmed") if len(known[place]) == len(rounds) * RECORDS]
        if shrunk:
            raise Failed(f"nothing was ever removed from {' and '.join(shrunk)}")
    total = sum(len(records) for records in known.values())
    return f"{len(rounds)} rounds; {total} records are what they were"


def write(server, topic, number):
    """Records whose contents tell where they are from; keys come again and again."""
    path = server.folder / "input"
    dice = random.Random(f"{topic} {number}")
    lines = [f"k{i % KEYS}{FIELD}{topic} {number} {i} " + b64encode(dice.randbytes(700 + i % 150)).decode()
             for i in range(RECORDS)]
    path.write_text(RECORD.join(lines))
    codec = ["none", "lz4", "gzip", "snappy", "zstd"][number % 5]
    run_command(["kcat", "-P", "-b", server.bootstrap, "-t", topic, "-K", "\\x02", "-D", "\\x01", "-z", codec,
                 "-l", path, "-X", "enable.idempotence=true"], timeout=60)


def read(server, topic):
    """{(partition, offset): (timestamp, key, value)} of all that is there."""
    done = run_command(["kcat", "-C", "-q", "-b", server.bootstrap, "-t", topic, "-o", "beginning", "-e", "-f",
                        "%p %o %T\\x02%k\\x02%s\\x01"], timeout=60)
    records = {}
    for line in done.stdout.decode().split(RECORD)[:-1]:
        place, key, value = line.split(FIELD)
        partition, offset, timestamp = (int(word) for word in place.split())
        if (partition, offset) in records:
            raise Failed(f"{topic}-{partition}: offset {offset} was read twice")
        records[partition, offset] = (timestamp, key, value)
    return records


def check(topic, before, now, trimmed_to, where):
    """What was known is there, the same; of a compacted topic the last of each key, of a trimmed one what is kept."""
    expected = dict(before)
    if topic == "compacted":
        last = {}
        for (partition, offset), (_, key, _) in sorted(before.items()):
            last[partition, key] = offset
        newer = {(partition, key) for (partition, offset), (_, key, _) in now.items()
                 if offset > last.get((partition, key), -1)}
        expected = {place: record for place, record in before.items()
                    if last[place[0], record[1]] == place[1] and (place[0], record[1]) not in newer}
    if topic == "retained":  # from the front, whole segments
        starts = {}
        for partition, offset in sorted(now, reverse=True):
            starts[partition] = offset
        expected = {place: record for place, record in before.items() if place[1] >= starts.get(place[0], 0)}
        kept = sum(len(value) for _, _, value in now.values())
        if any(place not in now for place in before) and kept < PARTITIONS * RETAINED:
            raise Failed(f"{where}: retention has left {kept} bytes of {topic}")
    if topic == "trimmed":
        expected = {place: record for place, record in before.items() if place[1] >= trimmed_to.get(place[0], 0)}
    for place, record in expected.items():
        if now.get(place) != record:
            raise Failed(f"{where}: {topic}-{place[0]} at offset {place[1]}: {str(record)[:100]} has become "
                         f"{str(now.get(place))[:100]}")
    for place, record in now.items():
        if place in before and before[place] != record:
            raise Failed(f"{where}: {topic}-{place[0]} at offset {place[1]} is another record")


def trim(server, trimmed_to):
    """DeleteRecords up to the middle of what is there."""
    request = {"version": 1, "partitions": []}
    for partition in range(PARTITIONS):
        offsets = [offset for p, offset in read(server, "trimmed") if p == partition]
        middle = sorted(offsets)[len(offsets) // 2]
        trimmed_to[partition] = middle
        request["partitions"].append({"topic": "trimmed", "partition": partition, "offset": middle})
    path = server.folder / "trim.json"
    path.write_text(json.dumps(request))
    server.script("kafka-delete-records", "--offset-json-file", str(path))


def ask_reader(server, end, where):
    """Who has read Kafka's formats elsewhere finds nothing that Kafka would not have written."""
    reader = os.environ.get("MILLRACE_ONDISK")
    if not reader:
        return
    done = subprocess.run([reader, server.folder / "data"], capture_output=True, text=True, timeout=300)
    problems = [line for line in done.stdout.splitlines() if "PROBLEM" in line]
    if done.returncode != 0 and not problems:
        raise Failed(f"{where}: {reader}: {done.stderr[-800:]}")
    if end == "kill":
        problems = [line for line in problems if "unexpected millrace-" not in line]
    if problems:
        raise Failed(f"{where}: {len(problems)} problems: " + "; ".join(problems)[:1200])


def verify(server, where):
    """After a clean stop millrace finds nothing wrong in the directory."""
    done = subprocess.run([BINARY, "log", "verify", server.folder / "data"], capture_output=True, text=True,
                          timeout=120)
    if done.returncode != 0:
        raise Failed(f"{where}: millrace log verify: {done.stdout[-800:]}{done.stderr[-300:]}")
