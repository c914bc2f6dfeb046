"""Every option of Kafka's scripts, right and wrong, one after the other on one node: stdout, exit code and the first
line of stderr are those of the originals on such a node. tests/compat/scripts/*.jsonl are their record: the files that
stand in FILES, then a call a line, in the order in which they are made.
"""

import json
import re
import subprocess
from pathlib import Path

from lib.process import TOP, Failed
from lib.server import BINARY, Server

RECORDS = Path(TOP) / "tests" / "compat" / "scripts"
# Of the records, in this order: what one leaves behind, the next may see.
NAMES = ("topics", "data", "configs", "groups", "kgroups", "offsets", "logdirs", "delrecs", "election", "quorum",
         "features", "storage", "reassign")
CALL_SECONDS = 30
BLANKS = re.compile(r" +$", re.MULTILINE)
# What changes from run to run.
MASKS = (
    (re.compile(r"(TopicId: |irectory.?[iI]d[=:]? ?\"?|ClusterId: +|cluster.id: |directory.id=)[\w-]{22}"), r"\1ID"),
    (re.compile(r"\b1[78]\d{11}\b"), "TIME"),
    (re.compile(r"(Epoch: |HighWatermark: +)\d+"), r"\1N"),
)


def run(ci):
    with Server() as server:
        places = {"FILES": str(server.folder / "files"), "DATA": str(server.folder / "data"),
                  "SERVER": server.bootstrap, "CONTROLLER": f"{server.host}:{server.port + 1}"}
        count = 0
        for name in NAMES:
            for line in (RECORDS / f"{name}.jsonl").read_text().splitlines():
                record = json.loads(line)
                if "files" in record:
                    write(record["files"], places)
                else:
                    check(name, record, places)
                    count += 1
    return f"{count} calls"


def write(files, places):
    Path(places["FILES"]).mkdir(exist_ok=True)
    for name, text in files.items():
        (Path(places["FILES"]) / name).write_text(filled(text, places))


def check(name, record, places):
    arguments = [filled(word, places) for word in record["call"]]
    step = subprocess.run([BINARY, *arguments], input=record.get("in", ""), capture_output=True, text=True,
                          timeout=CALL_SECONDS)
    said = next((line.strip() for line in step.stderr.split("\n") if line.strip()), "")
    got = {"code": step.returncode, "out": masked(step.stdout, places), "err": masked(said, places)}
    for what, value in got.items():
        if what in record and record[what] != value:
            raise Failed(f"{name}: {' '.join(record['call'])}: {what} is {value!r} instead of {record[what]!r}")


def filled(text, places):
    for word, place in places.items():
        text = text.replace(f"@{word}@", place)
    return text


def masked(text, places):
    for word, place in places.items():
        text = text.replace(place, f"@{word}@")
    for pattern, shown in MASKS:
        text = pattern.sub(shown, text)
    return BLANKS.sub("", text)
