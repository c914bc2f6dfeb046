"""Directories that Kafka wrote, each with a manifest of what Kafka's clients read from it: millrace started on a copy
gives the same. MILLRACE_GOLDEN names a folder of golden-NAME.tar.zst (one directory `data`), golden-NAME.manifest.json
and golden-NAME.properties (with @DATA@ for the directory); without it the case is not run."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from clients import java
from lib.process import CACHE, TOP, Failed, Missing, NotRun, run as run_command
from lib.server import BINARY, Server

SOURCES = sorted((TOP / "tests" / "compat" / "golden").glob("*.java"))
# A manifest says when and by which program it was made, and what only the maker knows; every start changes epochs.
NOT_COMPARED = {"writtenAtMs", "kafka", "variant", "seed", "damage", "internalTopics", "metadataQuorum", "password",
                "leaderEpoch", "producers"}
# Members leave, and groups go on, while nobody is there.
OF_A_LIVING_GROUP = {"state", "members", "assignor", "groupEpoch"}
SHOWN = 20


def run(ci):
    folder = os.environ.get("MILLRACE_GOLDEN")
    if not folder:
        raise NotRun("MILLRACE_GOLDEN does not name a folder with golden directories")
    sets = sorted(path.name.removesuffix(".tar.zst") for path in Path(folder).glob("golden-*.tar.zst"))
    if not sets:
        raise Missing(f"MILLRACE_GOLDEN={folder}: no golden-*.tar.zst there")
    java.prepare()
    classes = compiled()
    lines, differences = [], []
    for name in sets:
        manifest = json.loads((Path(folder) / f"{name}.manifest.json").read_text())
        found, unserved = compare(manifest, contents_of(Path(folder) / name, classes))
        differences += [f"{name}{line}" for line in found]
        partitions = sum(len(topic["partitions"]) for topic in manifest["topics"].values())
        lines.append(f"{name}: {partitions} partitions as Kafka reads them, {unserved} things that are not served yet")
    if differences:
        raise Failed(f"{len(differences)} differences\n" + "\n".join(differences[:SHOWN]))
    return "; ".join(lines)


def compiled():
    """The folder of the reader's classes."""
    classes = CACHE / "golden-classes"
    classes.mkdir(parents=True, exist_ok=True)
    run_command(["javac", "-nowarn", "-proc:none", "-d", classes, "-cp", f"{java.LIBS}/*", *SOURCES], timeout=180)
    return classes


def contents_of(golden, classes):
    """What the clients read from a server on a copy of the directory."""
    with tempfile.TemporaryDirectory(prefix="millrace-golden-") as folder:
        top = Path(folder)
        with subprocess.Popen(["zstd", "-dqc", f"{golden}.tar.zst"], stdout=subprocess.PIPE) as unpacked:
            run_command(["tar", "-C", top, "-xSf", "-"], stdin=unpacked.stdout, timeout=120)
        settings = top / "server.properties"
        settings.write_text(Path(f"{golden}.properties").read_text().replace("@DATA@", str(top / "data")))
        with OfSettings(settings) as server:
            out = top / "contents.json"
            run_command(["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                         f"{classes}:{java.LIBS}/*", "Contents", server.bootstrap, out], timeout=300)
            server.stop()
            return json.loads(out.read_text())


class OfSettings(Server):
    """A server of a properties file, on ports of its own."""

    def __init__(self, settings):
        super().__init__()
        self.file = settings
        lines = [line for line in settings.read_text().splitlines() if line and not line.startswith("#")]
        values = dict(line.split("=", 1) for line in lines)
        for offset, endpoint in enumerate(values["listeners"].split(",")):
            old, new = endpoint.rsplit(":", 1)[1], self.port + offset
            values = {key: value.replace(f":{old}", f":{new}") for key, value in values.items()}
        settings.write_text("".join(f"{key}={value}\n" for key, value in values.items()))

    def command(self):
        return [str(BINARY), "server", "--config", str(self.file)]


def compare(manifest, contents):
    """(lines about what differs, how many things the server does not serve)"""
    differences, unserved = [], 0

    def walk(path, expected, found):
        nonlocal unserved
        if path and path[-1] in NOT_COMPARED or (path[:1] == ["groups"] and path[-1] in OF_A_LIVING_GROUP):
            return
        if isinstance(found, dict) and "unserved" in found:
            unserved += 1
        elif isinstance(expected, dict) and isinstance(found, dict):
            for key in sorted({*expected, *found}):
                walk([*path, key], expected.get(key), found.get(key))
        elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
            for i, (one, other) in enumerate(zip(expected, found)):
                walk([*path, str(i)], one, other)
        elif expected != found:
            differences.append(f"/{'/'.join(path)}: {short(expected)}, here {short(found)}")

    walk([], manifest, contents)
    return differences, unserved


def short(value):
    return json.dumps(value)[:200]
