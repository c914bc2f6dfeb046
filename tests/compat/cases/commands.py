"""millrace's own commands, end to end: what they print as JSON, their exit codes, and how fast they answer."""

import json
import os
import statistics
import subprocess
import time

from lib.process import Failed
from lib.server import BINARY, Server, free_port
from lib.silence import Silence

CREATE_TOPICS = 19

# (arguments, exit code, {path into the JSON: value}); a path "topics.0.topic" walks keys and indexes.
STEPS = [
    (["topic", "create", "orders", "-p", "3", "-c", "retention.ms=60000"], 0,
     {"command": "topic create", "version": 1, "topics.0.topic": "orders", "topics.0.partitions": 3,
      "topics.0.done": True, "topics.0.error": None}),
    (["topic", "create", "orders", "events"], 1,
     {"topics.0.done": False, "topics.0.error": "TOPIC_ALREADY_EXISTS", "topics.1.done": True}),
    (["topic", "create", "orders", "--if-not-exists"], 0, {"topics.0.error": "TOPIC_ALREADY_EXISTS"}),
    (["topic", "create", "dry", "--dry-run"], 0, {"topics.0.done": False, "topics.0.error": None}),
    (["topic", "list"], 0, {"topics.#": 2, "topics.0.topic": "events", "topics.1.internal": False}),
    (["topic", "describe", "orders"], 0,
     {"topics.0.settings": ["retention.ms=60000"], "partitions.#": 3, "partitions.2.in_sync.#": 1}),
    (["topic", "describe", "nosuch"], 1, {"topics": [], "partitions": []}),
    (["topic", "add-partitions", "orders", "--by", "1"], 0, {"topics.0.partitions": 4}),
    (["topic", "add-partitions", "orders", "--to", "1"], 1, {"topics.0.error": "INVALID_PARTITIONS"}),
    (["topic", "alter", "orders", "-c", "segment.bytes=1048576", "--delete", "retention.ms"], 0,
     {"resources.0.resource": "topic/orders", "resources.0.done": True,
      "resources.0.changes": ["segment.bytes=1048576", "-retention.ms"]}),
    (["topic", "offsets", "orders:0,1"], 0, {"partitions.#": 2, "partitions.1.end": 0, "partitions.0.at": None}),
    (["topic", "trim", "orders", "--before", "end", "--dry-run"], 0, {"partitions.#": 4, "partitions.0.done": False}),
    (["topic", "trim", "orders:0", "--before", "end"], 2, None),
    (["topic", "trim", "orders:0", "--before", "end", "-y"], 0, {"partitions.0.done": True}),
    (["config", "get", "topic/orders", "segment.bytes"], 0,
     {"settings.0.value": "1048576", "settings.0.source": "topic"}),
    (["config", "get", "topic/orders", "no.such"], 1, {"settings": []}),
    (["config", "set", "topic/orders", "segment.bytes=x"], 1, {"resources.0.error": "INVALID_CONFIG"}),
    (["config", "set", "broker", "log.cleaner.threads=2", "--dry-run"], 0, {"resources.0.done": False}),
    (["config", "describe", "topic/orders"], 0,
     {"settings.#": 1, "settings.0.name": "segment.bytes", "settings.0.sensitive": False}),
    (["quota", "set", "--user", "alice", "producer_byte_rate=1000"], 0,
     {"entities.0.entity": "user/alice", "entities.0.done": True}),
    (["quota", "list"], 0, {"quotas.#": 1, "quotas.0.quota": "producer_byte_rate", "quotas.0.value": 1000.0}),
    (["quota", "set", "--user", "alice", "--delete", "producer_byte_rate"], 0, {"entities.0.done": True}),
    (["quota", "list"], 0, {"quotas": []}),
    (["group", "seek", "billing", "--to", "start", "-t", "orders", "-y"], 0,
     {"partitions.#": 4, "partitions.0.to": 0, "partitions.0.done": True, "partitions.0.from": None}),
    (["group", "list"], 0, {"groups.#": 1, "groups.0.group": "billing", "groups.0.state": "Empty"}),
    (["group", "describe", "billing"], 0, {"groups.0.members": 0, "members": []}),
    (["group", "lag", "billing", "--max", "0"], 0, {"partitions.#": 4, "partitions.3.lag": 0}),
    (["group", "delete", "billing"], 2, None),
    (["group", "delete", "billing", "--dry-run"], 0, {"groups.0.state": "Empty", "groups.0.done": False}),
    (["group", "delete", "billing", "--dry-run", "-y"], 0, {"groups.0.done": False}),
    (["group", "delete", "billing", "-y"], 0, {"groups.0.done": True}),
    (["group", "delete", "billing", "-y"], 1, {"groups.0.error": "GROUP_ID_NOT_FOUND"}),
    (["cluster", "info"], 0, {"cluster.brokers": 1, "brokers.0.host": "127.0.0.1", "brokers.0.fenced": False}),
    (["cluster", "health"], 0, {"checks.0.check": "brokers", "checks.0.ok": True, "checks.#": 6}),
    (["cluster", "quorum"], 0, {"quorum.voters.#": 1, "replicas.0.role": "leader", "replicas.0.lag": 0}),
    (["cluster", "features", "--level", "group.version=9"], 1, {"features.0.done": False}),
    (["explain", "NOT_ENOUGH_REPLICAS", "min.insync.replicas"], 0,
     {"errors.0.code": 19, "errors.0.retriable": True, "settings.#": 2}),
    (["explain", "NOSUCH"], 1, {"errors": [], "settings": []}),
    (["top"], 0, {"cluster.brokers": 1, "topics.#": 2, "topics.0.records_per_second": None}),
    (["topic", "delete", "orders", "--dry-run", "-y"], 0, {"topics.0.done": False}),
    (["topic", "delete", "orders", "nosuch", "-y"], 1,
     {"topics.0.done": True, "topics.1.error": "UNKNOWN_TOPIC_OR_PARTITION"}),
    (["topic", "delete", "nosuch", "--if-exists", "-y"], 0, {"topics.0.done": False}),
    (["topic", "list", "--bogus"], 2, None),
    (["topic", "lst"], 2, None),
]
FORMATS = {"table": "TOPIC   ID", "csv": "topic,id,internal\nevents,", "yaml": "topics:\n  - topic: \"events\"\n"}
TIMED = [["topic", "list"], ["topic", "describe", "events"], ["group", "list"], ["cluster", "info"],
         ["config", "get", "topic/events", "retention.ms"]]
ROUNDS = 11


def call(arguments, environment, text=""):
    return subprocess.run([BINARY, *arguments], input=text, capture_output=True, text=True, timeout=60,
                          env={**os.environ, **environment})


def value_at(tree, path):
    for part in path.split("."):
        tree = len(tree) if part == "#" else tree[int(part)] if part.isdigit() else tree[part]
    return tree


def check(arguments, environment, code, wanted):
    step = call(arguments, environment)
    what = f"millrace {' '.join(arguments)}"
    if step.returncode != code:
        raise Failed(f"{what}: exit code {step.returncode} instead of {code}: {step.stdout!r} {step.stderr!r}")
    if (code not in (0, 5)) != bool(step.stderr):
        raise Failed(f"{what}: exit code {code}, and on stderr: {step.stderr!r}")
    if wanted is None:
        if step.stdout:
            raise Failed(f"{what}: nothing was to be printed on stdout: {step.stdout!r}")
        return
    tree = json.loads(step.stdout)
    for path, value in wanted.items():
        if value_at(tree, path) != value:
            raise Failed(f"{what}: {path} is {value_at(tree, path)!r} instead of {value!r}: {step.stdout}")


def expect(what, good, seen):
    if not good:
        raise Failed(f"{what}: {seen!r}")


def by_hand(server, environment):
    """What is not JSON of a table: formats, raw requests, completion, profiles."""
    for name, begin in FORMATS.items():
        seen = call(["topic", "list", "--format", name], environment).stdout
        expect(f"topic list --format {name}", begin in seen, seen)
    template = call(["api", "Metadata", "--version", "12", "--template"], environment).stdout
    answer = call(["api", "Metadata", "--version", "12", "-"], environment, template)
    expect("api Metadata", json.loads(answer.stdout)["response"]["brokers"][0]["port"] == server.port, answer)
    quorum = call(["cluster", "quorum", "--bootstrap-controller", f"{server.host}:{server.port + 1}"], environment)
    expect("cluster quorum by a controller, beside servers of the environment", quorum.returncode == 0, quorum)
    wrong = call(["api", "Metadata", "--version", "99"], environment)
    expect("api Metadata --version 99", wrong.returncode == 2 and "versions 0 to" in wrong.stderr, wrong)
    for words, candidate in [(["topic", "des"], "describe\n"), (["topic", "describe", "ev"], "events\n"),
                             (["topic", "list", "--for"], "--format\n"),
                             (["config", "get", "topic/ev"], "topic/events\n"),
                             (["topic", "list", "--format", "y"], "yaml\n")]:
        seen = call(["completion", "words", "--", *words], environment).stdout
        expect(f"completion of {words}", seen == candidate, seen)
    plain = {name: value for name, value in environment.items() if not name.startswith("MILLRACE_")}
    call(["profile", "set", "here", f"bootstrap.servers={server.bootstrap}", "format=csv"], plain)
    call(["profile", "use", "here"], plain)
    seen = call(["topic", "list"], plain)
    expect("topic list by a profile", seen.stdout.startswith("topic,id"), seen)
    seen = call(["profile", "show", "-X", "format=yaml"], plain)
    expect("profile show", 'value: "yaml"\n    origin: "-X"' in seen.stdout, seen)
    commands = json.loads(call(["help", "--json"], environment).stdout)["commands"]
    expect("help --json", all(command["about"] and command["examples"] for command in commands), commands)


def offline(server, environment):
    """What needs no server: directories are formatted, checked, and cut where a log is damaged."""
    settings, fresh = server.folder / "fresh.properties", server.folder / "fresh"
    settings.write_text(f"process.roles=broker\nnode.id=2\nlisteners=PLAINTEXT://127.0.0.1:1\nlog.dirs={fresh}\n"
                        "controller.listener.names=C\ncontroller.quorum.bootstrap.servers=127.0.0.1:2\n")
    format_it = ["storage", "format", "-N", "-t", "aGVyZS1hbmQtYmFjay1hIA", "-c", str(settings)]
    planned = {"directories.#": 1, "directories.0.metadata": True, "directories.0.node": 2}
    check([*format_it, "--dry-run"], environment, 0, {**planned, "directories.0.done": False})
    check(["storage", "info", str(fresh)], environment, 5, {"directories.0.formatted": None})
    check(format_it, environment, 0, {**planned, "directories.0.done": True})
    check(["log", "verify", str(fresh)], environment, 0, {"directories.0.findings": 0, "findings": []})
    check(["log", "verify", str(server.folder / "none")], environment, 1, {"directories": []})
    check(["log", "recover", str(fresh), "-y"], environment, 0, {"losses": []})
    data = server.folder / "data"
    segment = data / "events-0" / "00000000000000000000.log"
    content = bytearray(segment.read_bytes())
    content[-1] ^= 1
    segment.write_bytes(content)
    check(["log", "verify", str(data)], environment, 5, {"findings.0.file": str(segment)})
    lost = {"losses.#": 1, "losses.0.partition": "events-0", "losses.0.offset": 0, "losses.0.bytes": len(content)}
    check(["log", "recover", str(data), "--dry-run", "-y"], environment, 0, {**lost, "losses.0.done": False})
    unsure = call(["log", "recover", str(data)], environment)
    expect("log recover without -y", unsure.returncode == 0 and "Nothing was changed" in unsure.stderr, unsure)
    expect("the segment", segment.read_bytes() == bytes(content), segment)
    check(["log", "recover", str(data), "-y"], environment, 0, {**lost, "losses.0.done": True, "losses.0.kept.#": 1})
    check(["log", "recover", str(data)], environment, 0, {"losses": []})


def unreachable(environment):
    begin = time.monotonic()
    seen = call(["topic", "list", "-b", f"127.0.0.1:{free_port()}", "--timeout", "500ms"], environment)
    expect("a server that is not there", seen.returncode == 3 and "next: " in seen.stderr, seen)
    expect("the time that may take", time.monotonic() - begin < 10, seen)
    begin = time.monotonic()
    seen = call(["topic", "list", "-b", f"127.0.0.1:{free_port()}"], environment)
    expect("a server that is not there, without a limit", seen.returncode == 3 and "next: " in seen.stderr, seen)
    expect("the time that takes", time.monotonic() - begin < 10, seen)


def unanswered():
    """A change that may have happened: exit code 4."""
    with Silence(CREATE_TOPICS) as way, Server([f"advertised.listeners=PLAINTEXT://127.0.0.1:{way.port}"]) as server:
        way.to = server.port
        environment = {"MILLRACE_BOOTSTRAP_SERVERS": f"127.0.0.1:{way.port}"}
        expect("topic list through the way", call(["topic", "list"], environment).returncode == 0, server.log)
        seen = call(["topic", "create", "x", "--timeout", "700ms"], environment)
        expect("a request that nobody answers", seen.returncode == 4, seen)


def times(environment):
    line = []
    for arguments in TIMED:
        taken = []
        for _ in range(ROUNDS):
            begin = time.monotonic()
            call(arguments, environment)
            taken.append((time.monotonic() - begin) * 1000)
        line.append(f"{' '.join(arguments[:2])} {statistics.median(taken):.1f} ms")
    return ", ".join(line)


def run(ci):
    with Server() as server:
        environment = {"MILLRACE_BOOTSTRAP_SERVERS": server.bootstrap, "MILLRACE_FORMAT": "json",
                       "XDG_CONFIG_HOME": str(server.folder / "xdg")}
        for arguments, code, wanted in STEPS:
            check(arguments, environment, code, wanted)
        check(["storage", "info", str(server.folder / "data")], environment, 0,
              {"directories.0.formatted": True, "directories.0.problem": None})
        check(["storage", "info", str(server.folder / "none")], environment, 5, {"directories.0.formatted": None})
        by_hand(server, environment)
        unreachable(environment)
        measured = times(environment)
        call(["produce", "events"], environment, "one record\n")
        server.stop()
        offline(server, environment)
    unanswered()
    return f"{len(STEPS)} steps; median times with the start of the process: {measured}"
