"""confluent-kafka (Python over its own, newer librdkafka)."""

import subprocess
import sys

from lib.process import CACHE, TOP, need, run

NAME = "confluent-kafka-python"
PACKAGE = "confluent-kafka==2.15.0"
VENV = CACHE / "confluent"
SCRIPTS = TOP / "tests" / "compat" / "clients"


def prepare():
    need(sys.executable, ["--version"], (3, 9), lambda text: tuple(int(n) for n in text.split()[1].split(".")[:2]))
    done = VENV / "done"
    if done.exists() and done.read_text() == PACKAGE:
        return
    run([sys.executable, "-m", "venv", "--clear", VENV])
    run([VENV / "bin" / "pip", "install", "-q", PACKAGE], timeout=300)
    done.write_text(PACKAGE)


def consume(bootstrap, topic, count, out):
    run_script("confluent_consume.py", bootstrap, topic, count, out)


def run_script(name, *args):
    return run([VENV / "bin" / "python", SCRIPTS / name, *args])


def begin(name, *args):
    """The script as a process that goes on until its stdin ends."""
    command = [str(word) for word in (VENV / "bin" / "python", SCRIPTS / name, *args)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
