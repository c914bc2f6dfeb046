"""Clients of Node: kafkajs and @platformatic/kafka, each by a program in javascript/."""

import re
import shutil

from lib.process import CACHE, TOP, need, run

SOURCE = TOP / "tests" / "compat" / "clients" / "javascript"
FOLDER = CACHE / "javascript"
PROGRAMS = ["kafkajs.mjs", "platformatic.mjs"]


def prepare():
    def node_version(text):
        match = re.search(r"v(\d+)\.", text)
        return (int(match.group(1)),) if match else None

    need("node", ["--version"], (20,), node_version)
    need("npm", ["--version"], (9,), lambda text: (int(text.split(".")[0]),))
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = (SOURCE / "package.json").read_text()
    done = FOLDER / "done"
    for file in SOURCE.iterdir():
        shutil.copy(file, FOLDER)
    if done.exists() and done.read_text() == wanted:
        return
    run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=FOLDER, timeout=300)
    done.write_text(wanted)


def check(program, bootstrap):
    """What the program says of a run in which everything was as it must be."""
    return run(["node", program, bootstrap], cwd=FOLDER, timeout=120).stdout.decode().strip()
