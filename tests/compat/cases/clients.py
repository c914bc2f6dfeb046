"""Clients of other languages: topics, settings, idempotent producers, groups that hand partitions over, offsets."""

import json

from clients import java, javascript, pure_python
from lib.process import Failed
from lib.server import Server

IN_CI = False  # Node is not among what ./dev installs
RECORDS = 5000


def run(ci):
    held = []
    java.prepare()
    with Server(["num.partitions=3", "group.initial.rebalance.delay.ms=0"]) as server:
        for language in (javascript, pure_python):
            language.prepare()
            for program in language.PROGRAMS:
                name = program.split(".")[0].removesuffix("_check")
                held.append(f"{name}: {language.check(program, server.bootstrap)}")
        verifiable(server.bootstrap)
        held.append(f"VerifiableProducer and VerifiableConsumer: {RECORDS} records")
        compatibility(server.bootstrap)
        held.append("ClientCompatibilityTest")
    return "; ".join(held)


def events(done, name):
    lines = [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]
    return [line for line in lines if line["name"] == name]


def verifiable(bootstrap):
    """Apache's own pair of programs for system tests: each acknowledged record is read once."""
    java.tool("TopicCommand", "--bootstrap-server", bootstrap, "--create", "--topic", "verified", "--partitions", "3")
    sent = java.tool("VerifiableProducer", "--bootstrap-server", bootstrap, "--topic", "verified", "--max-messages",
                     str(RECORDS), "--acks", "-1", "--repeating-keys", "20")
    acknowledged = {(line["partition"], line["offset"]) for line in events(sent, "producer_send_success")}
    if len(acknowledged) != RECORDS:
        raise Failed(f"VerifiableProducer had {len(acknowledged)} records acknowledged, of {RECORDS}")
    got = java.tool("VerifiableConsumer", "--bootstrap-server", bootstrap, "--topic", "verified", "--group-id", "v",
                    "--reset-policy", "earliest", "--max-messages", str(RECORDS))
    ranges = [part for line in events(got, "records_consumed") for part in line["partitions"]]
    read = [(part["partition"], offset) for part in ranges for offset in range(part["minOffset"],
                                                                               part["maxOffset"] + 1)]
    if sorted(read) != sorted(acknowledged):
        raise Failed(f"VerifiableConsumer read {len(read)} records, other ones than were acknowledged")


def compatibility(bootstrap):
    supported = ["offsets-for-times", "cluster-id", "create-topics", "describe-acls", "describe-configs",
                 "idempotent-producer"]
    words = [word for feature in supported for word in (f"--{feature}-supported", "true")]
    words += ["--expect-record-too-large-exception", "false", "--num-cluster-nodes", "1"]
    java.tool("ClientCompatibilityTest", "--bootstrap-server", bootstrap, "--topic", "compatible", *words)
