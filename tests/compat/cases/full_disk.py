"""A full disk: writers are told, readers are served, and everything goes on when there is space again, also partitions
that were created meanwhile. Needs a small file system of its own, which only root may mount."""

import os
import random
import shutil
import subprocess

from clients import kcat
from lib.process import Failed, run as run_program
from lib.server import Server

DISK = "80m"
BALLAST_BYTES = 56 << 20  # more than what is left of FILL_RECORDS: appended records that wait for space go first
RECORD_BYTES = 10_000
FILL_RECORDS = 4000  # more than the disk holds
AGAIN_SECONDS = 30


def run(ci):
    kcat.prepare()
    server = Server(["num.partitions=2", "log.segment.bytes=1048576"])
    data = server.folder / "data"
    data.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", data],
                                           stderr=subprocess.DEVNULL).returncode != 0:
        shutil.rmtree(server.folder)
        return "skipped, a file system cannot be mounted here"
    try:
        with server:
            line = fill_and_free(server, data / "ballast")
    finally:
        subprocess.run(["umount", "-l", data], check=True)
    shutil.rmtree(server.folder, ignore_errors=True)
    return line


def fill_and_free(server, ballast):
    ballast.write_bytes(bytes(BALLAST_BYTES))
    few, many = server.folder / "few", server.folder / "many"
    write_records(few, 100)
    write_records(many, FILL_RECORDS)
    kcat.produce(server.bootstrap, "before", few, "none")

    refused(server, "before", many)
    refused(server, "meanwhile", few)
    read_at_least(server, "before", 100)

    ballast.unlink()
    for topic in ("before", "meanwhile"):
        run_program(produce_command(server, topic, few), timeout=AGAIN_SECONDS)
    read_at_least(server, "before", 200)
    read_at_least(server, "meanwhile", 100)
    server.stop()
    return "writers got errors, readers records; with space again old and new topics are written"


def write_records(path, count):
    """Records that no codec makes smaller."""
    chance = random.Random(count)
    with open(path, "wb") as out:
        for number in range(count):
            out.write(b"%d\x02" % number + chance.randbytes(RECORD_BYTES // 2).hex().encode() + b"\x01")


def produce_command(server, topic, path, *more):
    return ["kcat", "-P", "-b", server.bootstrap, "-t", topic, "-K", "\\x02", "-D", "\\x01", "-l", path,
            "-X", "acks=all", *more]


def refused(server, topic, path):
    done = run_program(produce_command(server, topic, path, "-X", "message.timeout.ms=5000", "-X", "retries=0"),
                       timeout=60, check=False)
    said = done.stderr.decode(errors="replace")
    if "Disk error" not in said:
        raise Failed(f"{topic}: nothing of a disk error from a full disk: code {done.returncode}: {said[-500:]}")


def read_at_least(server, topic, count):
    out = server.folder / "read"
    kcat.consume(server.bootstrap, topic, count, out)
    got = out.read_bytes().count(b"\x01")
    if got < count:
        raise Failed(f"{topic}: {got} records were read, expected {count} or more")
