"""A bit flips in any file of a directory, after a clean stop or kill -9: the node says so, or nothing is different.

Either the start is refused with a line that names the file; or topics, settings, committed offsets and records are what
they were; or a line of the log names the file, or the reader sees a checksum that is wrong."""

import os
import random
import re
import shutil
import time
from pathlib import Path

from clients import kcat
from lib.process import Failed, run as run_command
from lib.server import BINARY, Server

FLIPS_CI, FLIPS = 20, 400
PARTITIONS = 3
SETTINGS = ["num.partitions=3", "offsets.topic.num.partitions=1", "group.initial.rebalance.delay.ms=0",
            "metadata.log.max.record.bytes.between.snapshots=2000"]
TOPIC = "rotten"
GROUP = "readers"
# What no byte of Kafka's formats shows (docs/formats/log-directory.md).
UNSEEN = re.compile(r"-checkpoint$")


def run(ci):
    kcat.prepare()
    seed = int(os.environ.get("MILLRACE_ROT_SEED", time.time_ns()))
    chance = random.Random(seed)
    with Node() as node:
        node.fill()
        whole = node.state()
        images = {}
        node.kill()
        images["kill -9"] = node.keep("killed")
        node.start()
        node.stop()
        images["a clean stop"] = node.keep("stopped")
        said = refused = 0
        for flip in range(FLIPS_CI if ci else FLIPS):
            how, image = chance.choice(list(images.items()))
            shutil.rmtree(node.data)
            shutil.copytree(image, node.data)
            place = spoil(node.data, chance)
            where = f"seed {seed}, flip {flip}, after {how}, {place}"
            outcome = node.judge(whole, place[0], where)
            said += outcome == "said"
            refused += outcome == "refused"
    return f"{flip + 1} flips: {refused} starts refused, {said} named in the log, the rest made no difference"


def spoil(data, chance):
    files = sorted(path for path in data.rglob("*") if path.is_file() and path.stat().st_size > 0)
    path = chance.choice(files)
    content = bytearray(path.read_bytes())
    at, bit = chance.randrange(len(content)), chance.randrange(8)
    content[at] ^= 1 << bit
    path.write_bytes(content)
    return str(path.relative_to(data)), at, bit


class Node(Server):
    def __init__(self):
        super().__init__(SETTINGS)
        self.data = self.folder / "data"

    def keep(self, name):
        kept = self.folder / name
        shutil.copytree(self.data, kept)
        return kept

    def script(self, name, *arguments):
        return run_command([BINARY, name, "--bootstrap-server", self.bootstrap, *arguments], timeout=60).stdout.decode()

    def fill(self):
        self.script("kafka-topics", "--create", "--topic", TOPIC, "--partitions", str(PARTITIONS), "--config",
                    "segment.bytes=1048576", "--config", "index.interval.bytes=512")
        path = self.folder / "input"
        for turn in range(12):
            path.write_text("".join(f"k{turn}.{i}\x02v{turn}.{i}{'x' * (i * 600)}\x01" for i in range(40)))
            kcat.produce(self.bootstrap, TOPIC, path, "none" if turn % 2 else "lz4")
        self.script("kafka-consumer-groups", "--group", GROUP, "--topic", TOPIC, "--reset-offsets", "--to-offset", "7",
                    "--execute")
        self.script("kafka-configs", "--alter", "--topic", TOPIC, "--add-config", "retention.ms=123456789")

    def state(self, away=None):
        """What clients see, but for the records of a partition whose log is away."""
        found = {}
        records, refused = [], []
        for partition in range(PARTITIONS):
            if partition == away:
                continue
            done = run_command(["kcat", "-C", "-q", "-b", self.bootstrap, "-t", TOPIC, "-p", partition, "-o",
                                "beginning", "-e", "-X", "check.crcs=true", "-f", "%p %o %k %s\n"], timeout=10,
                               check=False)
            records += done.stdout.decode(errors="replace").splitlines()
            refused += done.stderr.decode(errors="replace").splitlines()
        found["records"], found["refused"] = sorted(records), refused
        found["settings"] = self.shown("kafka-configs", "--describe", "--topic", TOPIC)
        found["offsets"] = self.shown("kafka-consumer-groups", "--describe", "--group", GROUP, "--offsets",
                                      "--timeout", "3000")
        return found

    def shown(self, *arguments):
        done = run_command([BINARY, arguments[0], "--bootstrap-server", self.bootstrap, *arguments[1:]], timeout=60,
                           check=False)
        return done.stdout.decode() + done.stderr.decode()

    def names(self, name):
        """Whether a line of the log that is more than news names the file or its folder."""
        path = Path(name)
        words = [path.name] + ([path.parent.name] if path.parent.name else [])
        return any(word in line for line in self.log.splitlines() if " INFO " not in line for word in words)

    def judge(self, whole, name, where):
        (self.folder / "log").write_text("")
        try:
            self.start()
        except Failed as failed:
            code = self.process.poll()
            if code is None or code < 0:
                raise Failed(f"{where}: {failed}") from None
            if not self.names(name):
                raise Failed(f"{where}: refused without a line that names the file: {self.log[-800:]}") from None
            return "refused"
        away = re.fullmatch(rf"{TOPIC}-(\d+)/partition.metadata", name)
        found = self.state(away and int(away[1]))
        if self.process.poll() is not None:
            raise Failed(f"{where}: the server ended with {self.process.returncode}: {self.log[-1500:]}")
        self.kill()
        if found == whole:
            return "said" if self.names(name) else "same"
        if self.names(name) or found["refused"] or UNSEEN.search(name):
            return "said"
        differs = [f"{key}: {value} instead of {whole[key]}" for key, value in found.items() if value != whole[key]]
        raise Failed(f"{where}: nothing was said, and different: {'; '.join(differs)[:1500]}; log: {self.log[-600:]}")
