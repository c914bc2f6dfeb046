"""confluent-kafka (Python over its own, newer librdkafka)."""

import sys

from lib.process import CACHE, TOP, need, run

NAME = "confluent-kafka-python"
PACKAGE = "confluent-kafka==2.15.0"
VENV = CACHE / "confluent"
SCRIPT = TOP / "tests" / "compat" / "clients" / "confluent_consume.py"


def prepare():
    need(sys.executable, ["--version"], (3, 9), lambda text: tuple(int(n) for n in text.split()[1].split(".")[:2]))
    done = VENV / "done"
    if done.exists() and done.read_text() == PACKAGE:
        return
    run([sys.executable, "-m", "venv", "--clear", VENV])
    run([VENV / "bin" / "pip", "install", "-q", PACKAGE], timeout=300)
    done.write_text(PACKAGE)


def consume(bootstrap, topic, count, out):
    run([VENV / "bin" / "python", SCRIPT, bootstrap, topic, str(count), out])
