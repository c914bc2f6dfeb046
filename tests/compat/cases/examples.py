"""The example programs, each run against a server: what they print is what their heads promise."""

import os
import subprocess
from pathlib import Path

from lib.process import Failed, Missing
from lib.server import BINARY, Server

EXAMPLES = Path(os.environ.get("EXAMPLES", BINARY.parent.parent / "examples"))
SECONDS = 60
# (program, arguments behind the bootstrap servers, what is printed at some place)
STEPS = [
    ("admin_topics", [], ["millrace-example-topic has 3 partitions", "retention.ms=60000", "deleted"]),
    ("hello", ["plain", "one"], ["plain-0 at offset 0"]),
    ("hello", ["plain", "two"], ["plain-0 at offset 1"]),
    ("time_travel", ["plain", "0", "10"], [" one\n", " two\n", "2 records"]),
    ("headers", ["other"], ["order-7 = shipped at 1700000000000", "trace: af31", "note: (null)"]),
    ("typed", ["orders"], ["order 7: 2 x tea", "serialization: the value of a record of topic orders",
                           "order 8: 1 x milk"]),
    ("coroutine", ["co", "20"], ["20 records read"]),
    ("produce", ["many", "5000", "50"], ["5000 delivered, 0 failed"]),
    ("consume", ["plain", "0"], ["0: one", "2 records"]),
    ("group", ["readers", "many", "5000"], ["assigned: many-0", "5000 records"]),
    ("pattern", ["matchers", "plain|oth.*"], ["other 1\n", "plain 2\n"]),
]
TRANSACTIONS = [
    ("transaction", ["paid", "6"], ["6 transactions, every third one aborted"]),
    ("exactly_once", ["paid", "copies", "12"], ["12 records copied"]),
    ("open_transactions", [], ["example-exactly-once: CompleteCommit", "example-transaction: CompleteAbort"]),
    ("open_transactions", ["example-transaction"], ["example-transaction is fenced below epoch"]),
]
# Groups whose brokers share the partitions out.
MODERN = [
    ("group", ["modern-readers", "many", "5000", "brokers"], ["assigned: many-0", "5000 records"]),
    ("share", ["workers", "many", "5000"], ["5000 accepted"]),
]


def step(bootstrap, program, arguments, expected):
    path = EXAMPLES / program
    if not path.exists():
        raise Missing(f"{path} is not built")
    try:
        done = subprocess.run([str(path), bootstrap, *arguments], capture_output=True, text=True, timeout=SECONDS,
                              check=False)
    except subprocess.TimeoutExpired as slow:
        raise Failed(f"{program} {' '.join(arguments)} does not end") from slow
    missing = [line for line in expected if line not in done.stdout]
    if done.returncode != 0 or missing:
        raise Failed(f"{program} {' '.join(arguments)}: exit code {done.returncode}, without {missing}: "
                     f"{done.stdout[-500:]}{done.stderr[-500:]}")


def run(_ci):
    """PEER=host:port runs them against another broker, those that need more than the server has too."""
    peer = os.environ.get("PEER")
    if peer:
        programs = STEPS + TRANSACTIONS + MODERN
        for program in programs:
            step(peer, *program)
        return f"{len(programs)} runs against {peer}"
    with Server() as server:
        for program in STEPS:
            step(server.bootstrap, *program)
    return f"{len(STEPS)} runs"
