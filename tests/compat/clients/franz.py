"""franz-go (Go)."""

import re

from lib.process import CACHE, TOP, need, run

NAME = "franz-go"
SOURCE = TOP / "tests" / "compat" / "clients" / "franz"
BINARY = CACHE / "franz"


def prepare():
    def go_version(text):
        match = re.search(r"go(\d+)\.(\d+)", text)
        return (int(match.group(1)), int(match.group(2))) if match else None

    need("go", ["version"], (1, 26), go_version)
    CACHE.mkdir(parents=True, exist_ok=True)
    run(["go", "build", "-o", BINARY, "."], cwd=SOURCE, timeout=600)


def consume(bootstrap, topic, count, out):
    run([BINARY, bootstrap, topic, str(count), out])
