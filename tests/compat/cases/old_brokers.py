"""The C++ client against brokers that serve the versions of an older Kafka, from 2.1 on: three of franz-go's, in
memory. Each program does its work, and what that Kafka did not have yet is refused with its name."""

import re
import subprocess

from cases.examples import EXAMPLES, STEPS, TRANSACTIONS, step
from lib.process import CACHE, TOP, Failed, need, run as run_command
from lib.server import BINARY, START_SECONDS, free_port

IN_CI = False
SOURCE = TOP / "tests" / "compat" / "clients" / "kfake"
PROGRAM = CACHE / "kfake"
BROKERS = 3
VERSIONS = ("2.1", "2.4", "2.8", "3.3", "3.9", "4.1")
# Programs by the first version that has what they need.
PROGRAMS = [((2, 1), program) for program in STEPS if program[0] != "admin_topics"]
PROGRAMS += [((2, 3), program) for program in STEPS if program[0] == "admin_topics"]  # IncrementalAlterConfigs
PROGRAMS += [((2, 5), program) for program in TRANSACTIONS if program[0] != "open_transactions"]  # KIP-447
# Commands, each with the first version that has its API.
COMMANDS = [((2, 1), ["topic", "create", "made", "-p", "2"]), ((2, 1), ["topic", "describe", "made"]),
            ((2, 1), ["group", "describe", "readers"]), ((2, 1), ["config", "describe", "topic/made"]),
            ((2, 3), ["config", "set", "topic/made", "retention.ms=60000"]),
            ((2, 1), ["topic", "add-partitions", "made", "--by", "1"]), ((2, 1), ["topic", "delete", "made", "-y"]),
            ((2, 6), ["quota", "list"]), ((2, 1), ["group", "list"])]


def prepare():
    need("go", ["version"], (1, 26), lambda text: tuple(map(int, re.search(r"go(\d+)\.(\d+)", text).groups())))
    CACHE.mkdir(parents=True, exist_ok=True)
    run_command(["go", "build", "-o", PROGRAM, "."], cwd=SOURCE, timeout=600)


class Cluster:
    def __init__(self, version):
        self.ports = [free_port() for _ in range(BROKERS)]
        self.bootstrap = f"127.0.0.1:{self.ports[0]}"
        self.version = version

    def __enter__(self):
        self.process = subprocess.Popen([str(PROGRAM), self.version, *map(str, self.ports)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise Failed(f"brokers of {self.version} do not start")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(START_SECONDS)


def command(cluster, arguments, has):
    """It works, or says which API is missing."""
    done = subprocess.run([str(BINARY), *arguments, "-X", f"bootstrap.servers={cluster.bootstrap}"],
                          capture_output=True, text=True, timeout=60, check=False)
    what = f"{cluster.version}: {' '.join(arguments)}: exit code {done.returncode}: {done.stderr[-500:]}"
    if has and done.returncode != 0:
        raise Failed(what)
    if not has and (done.returncode == 0 or "unsupported_version" not in done.stderr):
        raise Failed(f"{what}: it does not say that the brokers are too old")


def run(_ci):
    prepare()
    if not EXAMPLES.exists():
        raise Failed(f"{EXAMPLES} is not built")
    runs = 0
    for version in VERSIONS:
        number = tuple(map(int, version.split(".")))
        with Cluster(version) as cluster:
            for least, program in PROGRAMS:
                if number >= least:
                    step(cluster.bootstrap, *program)
                    runs += 1
            for least, arguments in COMMANDS:
                command(cluster, arguments, number >= least)
                runs += 1
    return f"{runs} runs against brokers of {', '.join(VERSIONS)}"
