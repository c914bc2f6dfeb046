"""kill -9 and start again, over and over, under an idempotent producer and a consumer group.

Afterwards every record that was sent is in the log exactly once, at the offset that its acknowledgement named, offsets
without gaps; and the group has seen every record, none with two contents."""

import random
import subprocess
import time

from clients import confluent
from lib.process import Failed
from lib.server import Server

PARTITIONS = 6
KILLS_CI, KILLS = 10, 40
UP_SECONDS = (0.05, 1.2)     # how long the server lives before it is killed
DOWN_SECONDS = (0.0, 0.2)
END_SECONDS = 120
# Small segments, so that kills meet rolls too.
SETTINGS = ["num.partitions=6", "log.segment.bytes=1048576", "offsets.topic.num.partitions=4",
            "group.initial.rebalance.delay.ms=0"]


def run(ci):
    confluent.prepare()
    kills = KILLS_CI if ci else KILLS
    seed = time.time_ns()
    chance = random.Random(seed)
    with Server(SETTINGS) as server:
        acknowledged, seen = server.folder / "acknowledged", server.folder / "seen"
        producer = confluent.begin("confluent_produce.py", server.bootstrap, "crashed", PARTITIONS, acknowledged)
        group = confluent.begin("confluent_group.py", server.bootstrap, "crashed", "survivors", seen)
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(*UP_SECONDS))
                server.kill()
                time.sleep(chance.uniform(*DOWN_SECONDS))
                server.start()
            sent = int(end(producer, "the producer"))
            commits = int(end(group, "the group"))
        finally:
            for process in (producer, group):
                process.kill()
                process.wait()
        log = read_whole(server, sent)
        judge(log, sent, lines(acknowledged), lines(seen), f"seed {seed}")
        server.stop()
    return f"{sent} records over {kills} kills, each once at its offset; {commits} commits of a group that saw all"


def end(process, what):
    """What the client printed, after its input has ended."""
    try:
        out, err = process.communicate("\n", timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failed(f"{what} has not ended {END_SECONDS} s after it was asked to") from None
    if process.returncode != 0:
        raise Failed(f"{what} ended with code {process.returncode}: {err[-1500:]}")
    return out


def read_whole(server, count):
    """(partition, offset, number) of all records, as a reader without a group sees them."""
    out = server.folder / "whole"
    confluent.run_script("confluent_dump.py", server.bootstrap, "crashed", out)
    return lines(out)


def lines(path):
    return [tuple(int(word) for word in line.split()) for line in path.read_text().splitlines()]


def judge(log, sent, acknowledged, seen, how):
    at = {(partition, offset): number for partition, offset, number in log}
    if len(at) != len(log):
        raise Failed(f"{how}: {len(log) - len(at)} offsets were read twice")
    for partition in range(PARTITIONS):
        offsets = sorted(offset for p, offset in at if p == partition)
        if offsets != list(range(len(offsets))):
            raise Failed(f"{how}: the offsets of partition {partition} have gaps")
        numbers = [at[partition, offset] for offset in offsets]
        if numbers != sorted(numbers):
            raise Failed(f"{how}: the records of partition {partition} are not in the order in which they were sent")
    for partition, offset, number in acknowledged:
        if at.get((partition, offset)) != number:
            raise Failed(f"{how}: record {number} was acknowledged at {partition}:{offset}, "
                         f"there is {at.get((partition, offset))}")
    if len(acknowledged) != sent or sorted(at.values()) != list(range(sent)):
        raise Failed(f"{how}: {sent} records were sent, {len(acknowledged)} acknowledged, {len(at)} are in the log, "
                     f"{len(set(at.values()))} different ones")
    for partition, offset, number in seen:
        if at.get((partition, offset)) != number:
            raise Failed(f"{how}: the group saw record {number} at {partition}:{offset}, "
                         f"there is {at.get((partition, offset))}")
    missed = sent - len({number for _, _, number in seen})
    if missed:
        raise Failed(f"{how}: the group has not seen {missed} of {sent} records")
