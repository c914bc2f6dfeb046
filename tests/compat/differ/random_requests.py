"""A scenario of random requests: what nobody thought of asking. The same seed gives the same scenario.

    python3 tests/compat/differ/random_requests.py SEED STEPS > /tmp/random.jsonl

Every value is drawn by the name of its field: mostly what exists, sometimes the edges of what is allowed, and things
that cannot be. Left out is what the real Kafka hangs from or is harmed by: large topics, odd operations on settings,
limits that slow every client down, members that never come back.
"""

import json
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from tools.gen import spec  # noqa: E402  (the project's root has to be known first)

TOPICS = ["${a}", "${b}", "${c}"]
GROUPS = ["${u}-g", "${u}-h"]
MEMBERS = ["${m1}", "${m2}"]
WEIGHTS = {
    "Produce": 6, "Fetch": 6, "ListOffsets": 4, "Metadata": 3, "OffsetCommit": 5, "OffsetFetch": 5, "OffsetDelete": 2,
    "FindCoordinator": 1, "JoinGroup": 3, "SyncGroup": 3, "Heartbeat": 3, "LeaveGroup": 2, "DescribeGroups": 3,
    "ListGroups": 2, "DeleteGroups": 1, "CreateTopics": 4, "CreatePartitions": 2, "DeleteTopics": 1,
    "DeleteRecords": 2, "InitProducerId": 1, "OffsetForLeaderEpoch": 2, "DescribeConfigs": 4, "AlterConfigs": 2,
    "IncrementalAlterConfigs": 4, "AlterReplicaLogDirs": 1, "DescribeLogDirs": 1, "ElectLeaders": 1,
    "AlterPartitionReassignments": 2, "ListPartitionReassignments": 1, "DescribeClientQuotas": 2,
    "AlterClientQuotas": 2, "DescribeUserScramCredentials": 1, "AlterUserScramCredentials": 1, "DescribeCluster": 1,
    "DescribeProducers": 2, "DescribeTopicPartitions": 3, "ListConfigResources": 1, "UpdateFeatures": 1,
    "DescribeTransactions": 1, "ListTransactions": 1, "DescribeQuorum": 1, "UnregisterBroker": 1,
    "DescribeAcls": 1, "CreateAcls": 1, "DeleteAcls": 1, "DescribeDelegationToken": 1, "CreateDelegationToken": 1,
    "RenewDelegationToken": 1, "ExpireDelegationToken": 1, "ConsumerGroupDescribe": 2, "ShareGroupDescribe": 1,
    "StreamsGroupDescribe": 1, "GetTelemetrySubscriptions": 1, "PushTelemetry": 1, "SaslHandshake": 1,
}
# The original tells its brokers of new topics, and drops members that join and do not go on, a little later.
SETTLE_MS = {"CreateTopics": 60, "CreatePartitions": 60, "DeleteTopics": 60, "JoinGroup": 400}
NUMBERS = [0, 1, -1, 2, 5, 2**31 - 1, -2**31]
CONFIGS = {
    "retention.ms": ["1000000", "-1", "-2", "x", "", None], "cleanup.policy": ["delete", "compact", "", "odd"],
    "segment.bytes": ["1048576", "1", "14", None], "max.message.bytes": ["1000", "0", "-1", "1e3"],
    "min.insync.replicas": ["1", "2", "0"], "compression.type": ["zstd", "producer", "lzma"],
    "message.timestamp.type": ["LogAppendTime", "CreateTime", "logappendtime"], "preallocate": ["false", "0"],
    "unclean.leader.election.enable": ["true", "TRUE", "yes"], "no.such.setting": ["1"], "flush.messages": ["1"],
    "": ["1"], "segment.ms": ["600000", "0"], "retention.bytes": ["-1", "100000000", "-5"],
    "min.cleanable.dirty.ratio": ["0.5", "1.5", "nan"], "consumer.session.timeout.ms": ["45000", "1"],
    "interval.ms": ["1000", "1"], "metrics": ["*", "a.b"], "match": ["client_id=x", "odd"],
    "log.retention.ms": ["1000000"], "leader.replication.throttled.replicas": ["*", "0:1", "x"],
}


def once(elements, *keys):
    return list({tuple(element[key] for key in keys): element for element in elements}.values())


class Draw:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.field = None

    def one(self, *choices):
        return self.random.choice(choices)

    def mostly(self, common, *rare):
        """One of the common, seldom one of the rare."""
        return self.random.choice(common if not rare or self.random.random() < 0.8 else list(rare))

    def topic(self, api):
        odd = ["${u}-none", "", "bad name", "x" * 250, "..", "${u}-New.topic", "${u}-New_topic"]
        internal = ["__consumer_offsets"] if api in ("Metadata", "ListOffsets", "DescribeConfigs") else []
        return self.mostly(TOPICS, *odd, *internal)

    def config(self):
        name = self.random.choice(sorted(CONFIGS))
        return name, self.random.choice(CONFIGS[name])

    def batch(self):
        batch = {"ts": "${now}", "compression": self.mostly(["none"], "gzip", "snappy", "lz4", "zstd"),
                 "records": [self.mostly(["v", ["k", "v"]], ["k", None], "") for _ in range(self.one(1, 1, 2, 3))]}
        if self.random.random() < 0.4:
            batch.update(pid=self.mostly(["${p1}", "${p2}"], 999999), epoch=self.mostly([0], 1, -1),
                         seq=self.mostly([0, 1, 2], 5, -1, 2147483647))
        if self.random.random() < 0.1:
            override = {"magic": 1, "count": 9, "lastOffsetDelta": 7, "attributes": 7, "baseTimestamp": -1, "crc": 1}
            name = self.random.choice(sorted(override))
            batch["override"] = {name: override[name]}
        if self.random.random() < 0.05:
            batch["truncate"] = self.one(1, 10)
        return batch

    def scalar(self, api, struct, field):
        """A value for one field, by its name; what no rule speaks of is drawn by its type."""
        name = field.name
        if field.base == "records":
            return self.batch()
        if name in ("topic", "topicName", "topicNames") or (name == "name" and "opic" in struct):
            return self.topic(api)
        if field.base == "uuid":
            return self.mostly(["${a.id}", "${b.id}", "${c.id}"], "AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBA")
        if name in ("groupId", "groups", "groupsNames", "coordinatorKeys") or (api, name) == ("FindCoordinator", "key"):
            return self.mostly(GROUPS, "", "${u}-nobody")
        rule = RULES.get(name)
        if rule is not None:
            return rule(self, api)
        if field.base == "bool":
            return self.one(True, False)
        if field.base == "string":
            return self.mostly(["", "x"], "\u00e9", "y" * 300)
        if field.base == "bytes":
            return self.one("", "abc")
        if field.base == "float64":
            return self.one(1e9, 2e9, -1.0)
        return self.random.choice([n for n in NUMBERS if field.base != "int8" or -128 <= n < 128])

    def value(self, api, message, struct, field):
        if field.nullable and self.random.random() < 0.12 and field.base != "records":
            return None
        if field.array:
            count = self.mostly([1, 1, 2], 0, 3)
            return [self.single(api, message, struct, field) for _ in range(count)]
        return self.single(api, message, struct, field)

    def single(self, api, message, struct, field):
        if field.is_struct:
            return self.structure(api, message, message.struct(field.base))
        return self.scalar(api, struct.name, field)

    def structure(self, api, message, struct):
        body = {field.name: self.value(api, message, struct, field) for field in struct.fields}
        if struct.name in ("AlterableConfig", "CreatableTopicConfig", "CreateableTopicConfig"):
            body["name"], body["value"] = self.config()
        if struct.name == "ConfigResource" or "resourceType" in body:
            self.resource(api, body)
        # Of what is there twice, the original changes one and answers for the other, or does not answer.
        if api in ("AlterConfigs", "IncrementalAlterConfigs") and "resources" in body:
            body["resources"] = once(body["resources"], "resourceType", "resourceName")
        if api == "Produce" and "topicData" in body:
            body["topicData"] = once(once(body["topicData"], "name"), "topicId")
        if api == "Fetch" and "topics" in body:
            body["topics"] = once(once(body["topics"], "topic"), "topicId")
            for topic in body["topics"]:
                topic["partitions"] = once(topic["partitions"], "partition")
        if api == "JoinGroup" and "protocols" in body:
            body["protocols"] = once(body["protocols"], "name")
        if "partitionData" in body:
            body["partitionData"] = once(body["partitionData"], "index")
        return body

    def resource(self, api, body):
        names = {2: self.topic(api), 4: "1" if api == "DescribeConfigs" else "7", 8: "x", 16: "${u}-metrics",
                 32: "${u}-g", 3: "x", 127: "x"}
        odd = [] if api == "AlterConfigs" else [3, 127]
        body["resourceType"] = self.mostly([2, 2, 2, 16, 32, 4], 8, *odd)
        body["resourceName"] = names[body["resourceType"]]


RULES = {
    "index": lambda draw, api: draw.mostly([0, 0, 1], -1, 9, 2**31 - 1),
    "partition": lambda draw, api: draw.mostly([0, 0, 1], -1, 9, 2**31 - 1),
    "partitionIndex": lambda draw, api: draw.mostly([0, 0, 1], -1, 9, *([] if "Describe" in api else [2**31 - 1])),
    "partitions": lambda draw, api: draw.mostly([0, 0, 1], -1, 9),
    "partitionIndexes": lambda draw, api: draw.mostly([0, 0, 1], -1, 9),
    "partitionId": lambda draw, api: draw.mostly([0, 0, 1], -1, 9),
    "currentLeaderEpoch": lambda draw, api: draw.mostly([-1, 0], 1, 100, -2),
    "leaderEpoch": lambda draw, api: draw.mostly([0, -1], 1, 100, -2),
    "lastFetchedEpoch": lambda draw, api: draw.mostly([-1, 0], 3),
    "committedLeaderEpoch": lambda draw, api: draw.mostly([-1, 0], 7),
    "fetchOffset": lambda draw, api: draw.mostly([0, 1, 2, 5], -1, 10**6),
    "offset": lambda draw, api: draw.mostly([0, 1, 2, -1], -2, 10**6),
    "committedOffset": lambda draw, api: draw.mostly([0, 1, 2, 10**6], -1, -2),
    "timestamp": lambda draw, api: draw.mostly([-1, -2, -3, 0, "${now}"], -4, -5, -6, -7, 10**15),
    "logStartOffset": lambda draw, api: draw.mostly([-1], 0),
    "partitionMaxBytes": lambda draw, api: draw.mostly([1 << 20], 0, 100, -1),
    "maxBytes": lambda draw, api: draw.mostly([1 << 24], 0, -1),
    "minBytes": lambda draw, api: draw.mostly([0, 1], -1),
    "maxWaitMs": lambda draw, api: draw.mostly([0, 30], -1),
    "isolationLevel": lambda draw, api: draw.mostly([0, 1]),
    "replicaId": lambda draw, api: draw.mostly([-1], *([-2, 1, 5] if api != "Fetch" else [5])),
    "replicaEpoch": lambda draw, api: -1,
    "sessionId": lambda draw, api: draw.mostly([0], 5, 77),
    "sessionEpoch": lambda draw, api: draw.mostly([-1, 0], 1, -2),
    "transactionalId": lambda draw, api: None,
    "transactionalIdPattern": lambda draw, api: draw.one(None, "x.*"),
    "acks": lambda draw, api: draw.mostly([1, -1], 2, -2),
    "timeoutMs": lambda draw, api: draw.mostly([15000], 60000),
    "sessionTimeoutMs": lambda draw, api: draw.mostly([1800000], 1, 1800001),
    "rebalanceTimeoutMs": lambda draw, api: 300,
    "protocolType": lambda draw, api: draw.mostly(["consumer"], "", "connect"),
    "protocolName": lambda draw, api: draw.mostly(["range"], "roundrobin", ""),
    "memberId": lambda draw, api: draw.mostly(MEMBERS, "", "nobody"),
    "memberIdOrGroupInstanceId": lambda draw, api: draw.mostly(MEMBERS, ""),
    "memberEpoch": lambda draw, api: -1,
    "groupInstanceId": lambda draw, api: draw.mostly([None], "static"),
    "generationId": lambda draw, api: draw.mostly([-1, 1, 2, 3], 0, 99),
    "generationIdOrMemberEpoch": lambda draw, api: draw.mostly([-1, 1, 2, 3], 0, 99),
    "committedMetadata": lambda draw, api: draw.mostly(["", "m"], "z" * 5000, None),
    "retentionTimeMs": lambda draw, api: -1,
    "keyType": lambda draw, api: draw.mostly([0], 3, -1),
    "numPartitions": lambda draw, api: draw.mostly([1, 2, -1], 0, -2),
    "replicationFactor": lambda draw, api: draw.mostly([1, -1], 0, 2, -2),
    "count": lambda draw, api: draw.mostly([2, 3], 0, 1, -1, 4),
    "brokerIds": lambda draw, api: draw.mostly([1], 2, -1),
    "brokerId": lambda draw, api: draw.one(99, -1),
    "replicas": lambda draw, api: draw.mostly([1], 2, -1),
    "validateOnly": lambda draw, api: api == "UpdateFeatures" or draw.one(True, False),
    "allowAutoTopicCreation": lambda draw, api: False,
    "configOperation": lambda draw, api: draw.one(0, 0, 1, 2, 3),
    "configurationKeys": lambda draw, api: draw.mostly(["retention.ms", "cleanup.policy"], "no.such", ""),
    "resourceTypes": lambda draw, api: draw.mostly([2, 4, 16, 32], 99, 0),
    "entityType": lambda draw, api: draw.mostly(["user", "client-id"], "ip", "odd", ""),
    "entityName": lambda draw, api: draw.mostly(["${u}-who"], "127.0.0.9"),
    "matchType": lambda draw, api: draw.mostly([0, 1, 2], 3),
    "match": lambda draw, api: draw.one(None, "${u}-who"),
    "key": lambda draw, api: draw.mostly(["producer_byte_rate", "consumer_byte_rate"], "request_percentage", "odd"),
    "mechanism": lambda draw, api: draw.mostly([1, 2], 0, 3),
    "iterations": lambda draw, api: draw.mostly([4096], 1, 20000),
    "feature": lambda draw, api: draw.mostly(["metadata.version", "group.version"], "odd"),
    "maxVersionLevel": lambda draw, api: draw.mostly([1, 0], 99, -1),
    "upgradeType": lambda draw, api: draw.mostly([1, 2, 3], 0, 9),
    "electionType": lambda draw, api: draw.mostly([0, 1], 2),
    "path": lambda draw, api: "/nowhere",
    "responsePartitionLimit": lambda draw, api: draw.mostly([2000, 1], 0, -1),
    "statesFilter": lambda draw, api: draw.mostly(["Stable", "Empty"], "stable", "odd"),
    "typesFilter": lambda draw, api: draw.mostly(["classic", "consumer"], "odd"),
    "endpointType": lambda draw, api: draw.mostly([1], 2, 0, 3),
    "nodeId": lambda draw, api: 1,
}


def scenario(seed, steps):
    """The lines: a few topics, records, producers and members, then random requests."""
    draw = Draw(seed)
    apis = {file.api.name: file for file in spec.load(str(ROOT / "spec")) if file.api}
    yield f"# random requests, seed {seed}"
    for name in "abc":
        yield f'{{topic: "${{u}}-{name}", partitions: 2, as: "{name}"}}'
        yield f'{{produce: "{name}", records: {{ts: "${{now}}", n: 3, size: 20}}}}'
    for name in ("p1", "p2"):
        yield (f'{{name: "producer", api: "InitProducerId", version: "2", body: {{transactionalId: null, '
               f'transactionTimeoutMs: 60000}}, save: {{{name}: "producerId"}}}}')
    yield ('{name: "coordinator", api: "FindCoordinator", version: "4+", body: {coordinatorKeys: ["warm"]}, '
           'within: 30000}')
    yield ('{each: {g: ["g", "h", "nobody", "none"]}, name: "loaded", api: "OffsetFetch", version: "5", '
           'body: {groupId: "${u}-${g}", topics: null}, within: 30000}')
    for name, group in zip(("m1", "m2"), GROUPS):
        body = {"groupId": group, "sessionTimeoutMs": 1800000, "rebalanceTimeoutMs": 300, "memberId": "",
                "protocolType": "consumer", "protocols": [{"name": "range", "metadata": "x"}]}
        yield json.dumps({"name": "member", "api": "JoinGroup", "version": "2", "body": body,
                          "save": {name: "memberId"}})
    names = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
    for step in range(steps):
        name = draw.random.choice(names)
        api = apis[name].api
        version = draw.random.randint(api.versions[0], api.versions[1] - (1 if api.latest_unstable else 0))
        request = next(message for message in apis[name].messages if message.kind == "request")
        body = draw.structure(name, request, request.root)
        yield json.dumps({"name": f"{seed}.{step} {name}", "api": name, "version": str(version), "body": body,
                          "retry": False})
        if name in SETTLE_MS:
            yield json.dumps({"sleep": SETTLE_MS[name]})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("which seed, and how many steps? random_requests.py SEED STEPS")
    print("\n".join(scenario(int(sys.argv[1]), int(sys.argv[2]))))
