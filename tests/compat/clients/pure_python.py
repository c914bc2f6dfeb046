"""Clients in Python alone: kafka-python and aiokafka, each by a program here that checks itself."""

import sys

from lib.process import CACHE, TOP, need, run

PACKAGES = ["kafka-python==2.3.3", "aiokafka==0.14.0", "lz4==4.4.4"]
VENV = CACHE / "pure-python"
SCRIPTS = TOP / "tests" / "compat" / "clients"
PROGRAMS = ["kafka_python_check.py", "aiokafka_check.py"]


def prepare():
    need(sys.executable, ["--version"], (3, 9), lambda text: tuple(int(n) for n in text.split()[1].split(".")[:2]))
    done = VENV / "done"
    wanted = "\n".join(PACKAGES)
    if done.exists() and done.read_text() == wanted:
        return
    run([sys.executable, "-m", "venv", "--clear", VENV])
    run([VENV / "bin" / "pip", "install", "-q", *PACKAGES], timeout=300)
    done.write_text(wanted)


def check(program, bootstrap):
    """What the program says of a run in which everything was as it must be."""
    return run([VENV / "bin" / "python", SCRIPTS / program, bootstrap], timeout=120).stdout.decode().strip()
