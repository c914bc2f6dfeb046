"""Kafka's scripts by their names, end to end: what they print is what the originals printed for the same steps."""

import re
import signal
import subprocess

from lib.process import Failed
from lib.server import BINARY, Server

WARNING = ("WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. "
           "To avoid issues it is best to use either, but not both.\n")
OFFSETS = ("\nGROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             "
           "CONSUMER-ID     HOST            CLIENT-ID\n")
ROW = "%-15s %-15s %-10s %-15s %-15s %-15s -               -               -\n"
ALL_CLIENTS = ["--alter", "--entity-type", "clients", "--entity-default"]
UPDATED = "Completed updating default config for clients in the cluster.\n"
THROTTLED = "Error while executing topic command : The throttling quota has been exceeded.\n"
# (script, arguments, input, exit code, what is printed)
STEPS = [
    ("kafka-topics", ["--create", "--topic", "orders", "--partitions", "2"], "", 0, "Created topic orders.\n"),
    ("kafka-topics", ["--create", "--topic", "a.b", "--partitions", "1"], "", 0, WARNING + "Created topic a.b.\n"),
    ("kafka-topics", ["--create", "--topic", "orders"], "", 1,
     "Error while executing topic command : Topic 'orders' already exists.\n"),
    ("kafka-topics", ["--create", "--topic", "orders", "--if-not-exists"], "", 0, ""),
    ("kafka-topics", ["--list"], "", 0, "a.b\norders\n"),
    ("kafka-topics", ["--alter", "--topic", "a.b", "--partitions", "1"], "", 1,
     "Error while executing topic command : Topic already has 1 partition(s).\n"),
    ("kafka-topics", ["--describe", "--topic", "nosuch"], "", 1,
     "Error while executing topic command : Topic 'nosuch' does not exist as expected\n"),
    ("kafka-console-producer", ["--topic", "a.b"], "one\ntwo\n", 0, ""),
    ("kafka-get-offsets", ["--topic-partitions", "orders:0-1,a.*"], "", 0, "a.b:0:2\norders:0:0\n"),
    ("kafka-consumer-groups", ["--reset-offsets", "--group", "g", "--topic", "a.b", "--to-earliest", "--execute"], "",
     0, "\n%-15s %-15s %-10s %-15s\n%-15s %-15s %-10s %-15s\n" % ("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET", "g",
                                                                "a.b", 0, 0)),
    ("kafka-consumer-groups", ["--describe", "--group", "g"], "", 0, OFFSETS + ROW % ("g", "a.b", 0, 0, 2, 2)),
    ("kafka-consumer-groups", ["--list"], "", 0, "g\n"),
    ("kafka-consumer-groups", ["--list", "--state", "empty,stable"], "", 0,
     "GROUP%20s STATE\ng%24s Empty\n" % ("", "")),
    ("kafka-consumer-groups", ["--list", "--state", "bad"], "", 1, ""),
    ("kafka-consumer-groups", ["--validate-regex", "a.*"], "", 0, "The regular expression `a.*` is valid.\n"),
    ("kafka-consumer-groups", ["--delete", "--group", "g"], "", 0,
     "Deletion of requested consumer groups ('g') was successful.\n"),
    ("kafka-configs", ["--alter", "--topic", "a.b", "--add-config", "retention.ms=5000"], "", 0,
     "Completed updating config for topic a.b.\n"),
    ("kafka-configs", ["--describe", "--topic", "a.b"], "", 0,
     "Dynamic configs for topic a.b are:\n"
     "  retention.ms=5000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=5000}\n"),
    ("kafka-topics", ["--alter", "--topic", "orders", "--if-not-exists", "--partitions", "3"], "", 1, ""),
    ("kafka-topics", ["--delete", "--topic", "orders"], "", 0, ""),
    ("kafka-configs", [*ALL_CLIENTS, "--add-config", "controller_mutation_rate=1"], "", 0, UPDATED),
    ("kafka-topics", ["--create", "--topic", "many", "--partitions", "90"], "", 0, "Created topic many.\n"),
    ("kafka-topics", ["--create", "--topic", "late", "--partitions", "2"], "", 1, THROTTLED),
    ("kafka-topics", ["--alter", "--topic", "many", "--partitions", "91"], "", 1, THROTTLED),
    ("kafka-topics", ["--delete", "--topic", "many"], "", 1, THROTTLED),
    ("kafka-configs", [*ALL_CLIENTS, "--delete-config", "controller_mutation_rate"], "", 0, UPDATED),
    ("kafka-topics", ["--delete", "--topic", "many"], "", 0, ""),
]

# What the first five steps of kafka-storage print; DIR stands for the server's folder.
UNFORMATTED = "Found problem:\n  DIR/storage does not exist\n\n"
FEATURES = [("metadata.version", 30), ("eligible.leader.replicas.version", 1), ("group.version", 1),
            ("share.version", 1), ("streams.version", 1), ("transaction.version", 2)]
BOOTSTRAP = "Bootstrap metadata: BootstrapMetadata(records=[%s], metadataVersionLevel=30, source=format command)\n" % (
    ", ".join(f"ApiMessageAndVersion(FeatureLevelRecord(name='{name}', featureLevel={level}) at version 0)"
              for name, level in FEATURES))
VERSIONS = ("metadata.version=30 (4.3-IV0)\nkraft.version=1\ntransaction.version=2\ngroup.version=1\n"
            "eligible.leader.replicas.version=1\nshare.version=1\nstreams.version=1\n")
VERSIONS_3_9 = ("metadata.version=21 (3.9)\nkraft.version=1\ntransaction.version=0\ngroup.version=0\n"
                "eligible.leader.replicas.version=0\nshare.version=0\nstreams.version=0\n")
NEEDS = "eligible.leader.replicas.version=1 requires:\n    metadata.version=23 (4.0-IV1)\n"
CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk"
ALREADY = ("Log directory DIR/storage is already formatted. Use --ignore-formatted to ignore this directory and format "
           "the others.\n")
# (arguments, exit code, stdout, stderr) without a server
STORAGE_STEPS = [
    (["info", "-c", "DIR/storage.properties"], 1, UNFORMATTED, ""),
    (["format", "-t", CLUSTER, "-c", "DIR/storage.properties"], 1, "",
     "Because controller.quorum.voters is not set on this controller, you must specify one of the following: "
     "--standalone, --initial-controllers, or --no-initial-controllers.\n"),
    (["format", "-t", CLUSTER, "-c", "DIR/storage.properties", "--standalone", "-S", "SCRAM-SHA-256=[password=x]"], 1,
     "", "You must supply 'name' to add-scram\n"),
    (["format", "-t", CLUSTER, "-c", "DIR/storage.properties", "--standalone", "-S", "SCRAM-SHA-1=[name=a,password=x]"],
     1, "", "The add-scram mechanism SCRAM-SHA-1 is not supported.\n"),
    (["format", "-t", CLUSTER, "-c", "DIR/storage.properties", "--standalone"], 0,
     BOOTSTRAP + "Formatting dynamic metadata voter directory DIR/storage with metadata.version 4.3-IV0.\n", ""),
    (["format", "-t", CLUSTER, "-c", "DIR/storage.properties", "--standalone"], 1, "", ALREADY),
    (["format", "-t", CLUSTER, "-c", "DIR/storage.properties", "--standalone", "-g"], 0,
     "All of the log directories are already formatted.\n", ""),
    (["info", "-c", "DIR/storage.properties"], 0, "Found log directory:\n  DIR/storage\n\nFound metadata: {cluster.id="
     + CLUSTER + ", directory.id=ID, node.id=1, version=1}\n\n", ""),
    (["version-mapping"], 0, VERSIONS, ""),
    (["version-mapping", "-r", "3.9"], 0, VERSIONS_3_9, ""),
    (["feature-dependencies", "-f", "eligible.leader.replicas.version=1"], 0, NEEDS, ""),
    (["feature-dependencies", "-f", "group.version=99"], 1, "",
     "Feature level 99 is not supported for feature group.version\n"),
    (["feature-dependencies", "-f", "nosuch=1"], 1, "", "Unknown feature: nosuch\n"),
    (["feature-dependencies", "-f", "group.version"], 1, "",
     "Invalid feature format: group.version. Expected format: 'feature=version' (e.g. 'group.version=1')\n"),
    (["feature-dependencies", "-f", "group.version=x"], 1, "", "Invalid version format: x for feature group.version\n"),
    (["format", "-t", CLUSTER, "-c", "DIR/broker.properties", "--standalone"], 1, "",
     "You can only use --standalone on a controller.\n"),
    (["format", "-t", CLUSTER, "-c", "DIR/broker.properties", "--no-initial-controllers"], 0,
     BOOTSTRAP + "Formatting metadata directory DIR/broker with metadata.version 4.3-IV0.\n", ""),
]

FEATURE_LINE = ("Feature: %-41s SupportedMinVersion: %-16s SupportedMaxVersion: %-16s FinalizedVersionLevel: %-16s "
                "Epoch: N\n")
ONE_FAILED = "1 out of 1 operation(s) failed.\n"
DESCRIBED_FEATURES = "".join(FEATURE_LINE % row for row in [
    ("eligible.leader.replicas.version", 0, 1, 1), ("group.version", 0, 1, 1), ("kraft.version", 0, 1, 1),
    ("metadata.version", "3.3-IV3", "4.3-IV0", "4.3-IV0"), ("share.version", 0, 1, 1), ("streams.version", 0, 1, 1),
    ("transaction.version", 0, 2, 2)])
FEATURE_STEPS = [
    (["describe"], 0, DESCRIBED_FEATURES, ""),
    (["describe", "--node-id", "1"], 0, DESCRIBED_FEATURES, ""),
    (["version-mapping", "--release-version", "3.9"], 0, VERSIONS_3_9, ""),
    (["feature-dependencies", "--feature", "transaction.version=2", "--feature", "metadata.version=20"], 0,
     "transaction.version=2 has no dependencies.\nmetadata.version=20 (3.8-IV0) has no dependencies.\n", ""),
    (["feature-dependencies", "--feature", "group.version=99"], 1, "",
     "No feature:group.version with feature level 99\n"),
    (["upgrade"], 1, "", "You must specify at least one feature to upgrade\n"),
    (["upgrade", "--feature", "group.version"], 1, "",
     "Can't parse feature=level string group.version: equals sign not found.\n"),
    (["upgrade", "--feature", "group.version=99"], 1,
     "Could not upgrade group.version to 99. The update failed for all features since the following feature had an "
     "error: Invalid update version 99 for feature group.version. Local controller 1 only supports versions 0-1\n",
     ONE_FAILED),
    (["upgrade", "--feature", "share.version=1", "--dry-run"], 0, "share.version can be upgraded to 1.\n", ""),
    (["downgrade", "--feature", "share.version=0"], 0, "share.version was downgraded to 0.\n", ""),
    (["upgrade", "--feature", "share.version=1"], 0, "share.version was upgraded to 1.\n", ""),
    (["disable", "--feature", "nosuch"], 1,
     "Could not disable nosuch. The update failed for all features since the following feature had an error: Invalid "
     "update version 0 for feature nosuch. Feature nosuch not found.\n", ONE_FAILED),
]

MOVED = '{"version":1,"partitions":[{"topic":"moved","partition":0,"replicas":[1],"log_dirs":["%s"]}]}'
PLACE = MOVED % "DIR/data"
SAVE = "Current partition replica assignment\n\n%s\n\nSave this to use as the --reassignment-json-file option during " \
       "rollback\n"
CLEARED = "Clearing broker-level throttles on broker 1\nClearing topic-level throttles on topic moved\n"
DONE = "Status of partition reassignment:\nReassignment of partition moved-0 is completed.\n"
REASSIGN_STEPS = [
    (["--list"], 0, "No partition reassignments found.\n", ""),
    (["--generate", "--topics-to-move-json-file", "DIR/topics.json", "--broker-list", "1"], 0,
     "Current partition replica assignment\n%s\n\nProposed partition reassignment configuration\n%s\n"
     % (PLACE, MOVED % "any"), ""),
    (["--generate", "--topics-to-move-json-file", "DIR/topics.json", "--broker-list", "1,1"], 1,
     "Error: Broker list contains duplicate entries: [1]\n", ""),
    (["--execute", "--reassignment-json-file", "DIR/move.json"], 0,
     SAVE % PLACE + "Successfully started partition reassignment for moved-0\n", ""),
    (["--execute", "--reassignment-json-file", "DIR/move.json", "--throttle", "1000"], 0,
     SAVE % PLACE + "Warning: You must run --verify periodically, until the reassignment completes, to ensure the "
     "throttle is removed.\nThe inter-broker throttle limit was set to 1000 B/s\n"
     "Successfully started partition reassignment for moved-0\n", ""),
    (["--execute", "--reassignment-json-file", "DIR/move.json", "--disallow-replication-factor-change"], 0,
     SAVE % PLACE + "Successfully started partition reassignment for moved-0\n", ""),
    (["--verify", "--reassignment-json-file", "DIR/move.json"], 0, DONE + "\n" + CLEARED, ""),
    (["--verify", "--reassignment-json-file", "DIR/move.json", "--preserve-throttles"], 0, DONE + "\n", ""),
    (["--cancel", "--reassignment-json-file", "DIR/move.json"], 0,
     "None of the specified partition reassignments are active.\nNone of the specified partition moves are active."
     + CLEARED, ""),
    (["--execute", "--reassignment-json-file", "DIR/stranger.json"], 1, "Error: Unknown broker id 7\n", ""),
]

ELECTION = ["--election-type", "preferred"]
ELECTION_STEPS = [
    (ELECTION + ["--all-topic-partitions"], 0, "", ""),
    (ELECTION + ["--all-topic-partitions", "--admin.config", "DIR/client.properties"], 0, "Option --admin.config has "
     "been deprecated and will be removed in a future version. Use --command-config instead.\n",
     "DIR/client.properties: my.own is not a setting of this client; it has no effect\n"),
    (ELECTION + ["--topic", "moved", "--partition", "0"], 0, "Valid replica already elected for partitions moved-0\n",
     ""),
    (ELECTION + ["--path-to-json-file", "DIR/move.json"], 0, "Valid replica already elected for partitions moved-0\n",
     ""),
    (ELECTION + ["--topic", "nosuch", "--partition", "0"], 1,
     "Error completing leader election (PREFERRED) for partition: nosuch-0: org.apache.kafka.common.errors."
     "UnknownTopicOrPartitionException: No such topic as nosuch\n", "1 replica(s) could not be elected\n"),
    (ELECTION, 1, "", "One and only one of the following options is required: topic, all-topic-partitions, "
     "path-to-json-file\n"),
    (["--election-type", "bogus", "--topic", "moved", "--partition", "0"], 1, "",
     "Cannot parse argument 'bogus' of option election-type\n"),
]

LOG_DIRS_HEAD = "Querying brokers for log directories information\nReceived log directory information from brokers 1\n"
LOG_DIRS_STEPS = [
    (["--describe", "--topic-list", "moved"], 0, LOG_DIRS_HEAD + '{"brokers":[{"broker":1,"logDirs":[{"partitions":'
     '[{"partition":"moved-0","size":0,"offsetLag":0,"isFuture":false}],"error":null,"logDir":"DIR/data"}]}],'
     '"version":1}\n', ""),
    (["--describe", "--broker-list", "7,9"], 1, "",
     "ERROR: The given brokers do not exist from --broker-list: 7,9. Current existent brokers: 1\n"),
]

QUORUM_STEPS = [
    (["describe", "--status"], 0,
     'ClusterId:              ID\nLeaderId:               1\nLeaderEpoch:            N\nHighWatermark:          N\n'
     'MaxFollowerLag:         0\nMaxFollowerLagTimeMs:   0\nCurrentVoters:          [{"id": 1, "directoryId": "ID", '
     '"endpoints": ["CONTROLLER://127.0.0.1:PORT"]}]\nCurrentObservers:       []\n', ""),
    (["describe"], 1, "", "One of --status or --replication must be specified with describe sub-command\n"),
    (["describe", "--status", "--human-readable"], 1, "",
     "The option --human-readable is only supported along with --replication\n"),
    (["add-controller"], 1, "",
     "You must supply the configuration file of the controller you are adding when using add-controller.\n"),
    (["remove-controller", "--controller-id", "1", "--controller-directory-id", "AAAAAAAAAAAAAAAAAAAAAw", "--dry-run"],
     0, "DRY RUN of removing  KRaft controller 1 with directory id AAAAAAAAAAAAAAAAAAAAAw\n", ""),
]

ALTER_ALICE = ["--alter", "--user", "alice"]
CONFIG_STEPS = [
    (["--alter", "--entity-type", "users", "--entity-name", "alice", "--add-config",
      "SCRAM-SHA-256=[iterations=8192,password=secret]"], 0, "Completed updating config for user alice.\n", ""),
    (ALTER_ALICE + ["--add-config", "SCRAM-SHA-512=[password=secret]"], 0,
     "Completed updating config for user alice.\n", ""),
    (ALTER_ALICE + ["--add-config", "producer_byte_rate=1024,consumer_byte_rate=20480000"], 0,
     "Completed updating config for user alice.\n", ""),
    (["--describe", "--user", "alice"], 0,
     "Quota configs for user-principal 'alice' are consumer_byte_rate=2.048E7, producer_byte_rate=1024.0\n"
     "SCRAM credential configs for user-principal 'alice' are SCRAM-SHA-256=iterations=8192, "
     "SCRAM-SHA-512=iterations=4096\n", ""),
    (["--alter", "--user-defaults", "--add-config", "producer_byte_rate=9"], 0,
     "Completed updating default config for users in the cluster.\n", ""),
    (["--describe", "--user-defaults"], 0,
     "Quota configs for the default user-principal are producer_byte_rate=9.0\n", ""),
    (ALTER_ALICE + ["--client", "app", "--add-config", "request_percentage=12.5"], 0,
     "Completed updating config for client app.\n", ""),
    (["--describe", "--entity-type", "users", "--entity-type", "clients"], 0,
     "Quota configs for user-principal 'alice', client-id 'app' are request_percentage=12.5\n", ""),
    (["--alter", "--ip", "10.0.0.1", "--add-config", "connection_creation_rate=3"], 0,
     "Completed updating config for ip 10.0.0.1.\n", ""),
    (["--describe", "--entity-type", "ips"], 0, "Quota configs for ip '10.0.0.1' are connection_creation_rate=3.0\n",
     ""),
    (ALTER_ALICE + ["--delete-config", "SCRAM-SHA-256"], 0, "Completed updating config for user alice.\n", ""),
    (ALTER_ALICE + ["--delete-config", "request_percentage"], 1, "", "Invalid config(s): request_percentage\n"),
    (ALTER_ALICE + ["--add-config", "SCRAM-SHA-256=[iterations=100,password=s]"], 1, "",
     "Iterations 100 is less than the minimum 4096 required for SCRAM-SHA-256\n"),
    (ALTER_ALICE + ["--add-config", "bogus=1"], 1, "", "Only quota and SCRAM credential configs can be added for "
     "'users' using --bootstrap-server. Unexpected config names: Set(bogus)\n"),
    (["--alter", "--ip", "not-an-ip", "--add-config", "connection_creation_rate=4"], 1, "",
     "The entity name for ips must be a valid IP or resolvable host, but it is: not-an-ip\n"),
    (["--alter", "--client-metrics", "sub", "--add-config", "metrics=[a,b],interval.ms=10000"], 0,
     "Completed updating config for client-metric sub.\n", ""),
    (["--describe", "--client-metrics", "sub"], 0, "Dynamic configs for client-metric sub are:\n"
     "  interval.ms=10000 sensitive=false synonyms={DYNAMIC_CLIENT_METRICS_CONFIG:interval.ms=10000}\n"
     "  metrics=a,b sensitive=false synonyms={DYNAMIC_CLIENT_METRICS_CONFIG:metrics=a,b}\n", ""),
    (["--alter", "--group", "g1", "--add-config", "consumer.session.timeout.ms=50000"], 0,
     "Completed updating config for group g1.\n", ""),
    (["--describe", "--group", "g1"], 0, "Dynamic configs for group g1 are:\n"
     "  consumer.session.timeout.ms=50000 sensitive=false synonyms={DYNAMIC_GROUP_CONFIG:consumer.session.timeout.ms="
     "50000, DEFAULT_CONFIG:group.consumer.session.timeout.ms=45000}\n", ""),
    (["--describe", "--topic", "nosuch"], 0, "The topic 'nosuch' doesn't exist and doesn't have dynamic config.\n", ""),
    (["--describe"], 1, "", "At least one entity type must be specified\n"),
]

PRODUCED = ("N records sent, N records/sec (N MB/sec), N ms avg latency, N ms max latency, N ms 50th, N ms 95th, N ms "
            "99th, N ms 99.9th.\n")
CONSUMED_HEAD = ("start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, "
                 "rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec\n")
PERF_STEPS = [
    ("kafka-producer-perf-test", ["--topic", "perf", "--num-records", "100", "--record-size", "10", "--throughput",
                                  "-1"], 0, PRODUCED, ""),
    ("kafka-consumer-perf-test", ["--topic", "perf", "--num-records", "100"], 0,
     CONSUMED_HEAD + ", ".join(["T", "T"] + 8 * ["N"]) + "\n", ""),
]

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}")
NUMBER = re.compile(r"-?\d+(\.\d+)?(?=th|[ ,\n]|$)")


def run(ci):
    with Server() as server:
        count = recorded_steps(server)
        prepare_files(server)
        call(server, "kafka-topics", ["--create", "--topic", "moved", "--partitions", "1"])
        for script, steps in (("kafka-features", FEATURE_STEPS), ("kafka-reassign-partitions", REASSIGN_STEPS),
                              ("kafka-leader-election", ELECTION_STEPS), ("kafka-log-dirs", LOG_DIRS_STEPS),
                              ("kafka-metadata-quorum", QUORUM_STEPS), ("kafka-configs", CONFIG_STEPS)):
            for arguments, code, out, err in steps:
                compare(server, script, arguments, code, out, err, mask_ids)
                count += 1
        for arguments, code, out, err in STORAGE_STEPS:
            compare(server, "kafka-storage", arguments, code, out, err, mask_ids, bootstrap=False)
            count += 1
        # The controller's own settings file, after its directory was formatted.
        compare(server, "kafka-metadata-quorum", ["--command-config", "DIR/storage.properties", "add-controller",
                                                  "--dry-run"], 0, "DRY RUN of adding controller 1 with directory id "
                "AAAAAAAAAAAAAAAAAAAAAA and endpoints: CONTROLLER://127.0.0.1:2\n", "", mask_ids)
        check_api_versions(server)
        compare(server, "kafka-features", ["--bootstrap-controller", f"{server.host}:{server.port + 1}", "describe",
                                           "--node-id", "1"], 0, DESCRIBED_FEATURES, "", mask_ids, bootstrap=False)
        # The default quota of the steps before would slow the perf tests down.
        call(server, "kafka-configs", ["--alter", "--user-defaults", "--delete-config", "producer_byte_rate"])
        for script, arguments, code, out, err in PERF_STEPS:
            compare(server, script, arguments, code, out, err, mask_numbers)
            count += 1
        leave_on_interrupt(server)
        formatted_records(server)
    return f"{count} steps"


def recorded_steps(server):
    for script, arguments, text, code, wanted in STEPS:
        step = call(server, script, arguments, text)
        blanks = re.compile(r" +$", re.MULTILINE)
        if step.returncode != code or blanks.sub("", step.stdout) != blanks.sub("", wanted):
            raise Failed(f"{script} {' '.join(arguments)}: exit code {step.returncode}, {step.stdout!r} instead of "
                         f"{code}, {wanted!r}; {step.stderr}")
    return len(STEPS)


def prepare_files(server):
    texts = {"topics.json": '{"version":1,"topics":[{"topic":"moved"}]}', "move.json": MOVED % "any",
             "stranger.json": '{"version":1,"partitions":[{"topic":"moved","partition":0,"replicas":[7]}]}',
             "broker.properties": "process.roles=broker\nnode.id=2\nlisteners=PLAINTEXT://127.0.0.1:1\n"
             "controller.listener.names=CONTROLLER\ncontroller.quorum.bootstrap.servers=127.0.0.1:2\n"
             "log.dirs=DIR/broker\n",
             "client.properties": "request.timeout.ms=10000\nprocess.roles=broker\nmy.own=1\n",
             "storage.properties": "process.roles=broker,controller\nnode.id=1\nlisteners=PLAINTEXT://127.0.0.1:1,"
             "CONTROLLER://127.0.0.1:2\ncontroller.listener.names=CONTROLLER\n"
             "controller.quorum.bootstrap.servers=127.0.0.1:2\nlog.dirs=DIR/storage\n"}
    for name, text in texts.items():
        (server.folder / name).write_text(text.replace("DIR", str(server.folder)))


def call(server, script, arguments, text="", bootstrap=True):
    servers = ["--bootstrap-server", server.bootstrap] if bootstrap else []
    return subprocess.run([BINARY, script, *servers, *(a.replace("DIR", str(server.folder)) for a in arguments)],
                          input=text, capture_output=True, text=True, timeout=60)


def compare(server, script, arguments, code, out, err, mask, bootstrap=True):
    step = call(server, script, arguments, bootstrap=bootstrap)
    got = [step.returncode, mask(step.stdout, server), mask(step.stderr, server)]
    wanted = [code, mask(out, server), mask(err, server)]
    if got != wanted:
        raise Failed(f"{script} {' '.join(arguments)}: expected {wanted}, got {got}")


def mask_ids(text, server):
    text = text.replace(str(server.folder), "DIR").replace(str(server.port + 1), "PORT")
    text = re.sub(r"(Epoch: |LeaderEpoch: +|HighWatermark: +)\d+", r"\1N", text)
    return re.sub(r'(directory.id=|directory id |"directoryId": "|ClusterId: +)[\w-]{22}', r"\1ID", text)


def mask_numbers(text, server):
    return NUMBER.sub("N", TIME.sub("T", text))


def check_api_versions(server):
    """A line for each API, in Kafka's form; that the list is the right one, the differ shows."""
    step = call(server, "kafka-broker-api-versions", [])
    lines = step.stdout.split("\n")
    if step.returncode != 0 or lines[0] != f"{server.bootstrap} (id: 1 rack: null isFenced: false) -> (":
        raise Failed(f"kafka-broker-api-versions: exit code {step.returncode}, {lines[0]!r}")
    form = re.compile(r"\t\w+\(\d+\): (\d+( to \d+)? \[usable: \d+\]|UNSUPPORTED),?$")
    wrong = [line for line in lines[1:-2] if not form.match(line)]
    if lines[-2:] != [")", ""] or wrong or not any(line.startswith("\tFetch(1): 4 to 18 ") for line in lines):
        raise Failed(f"kafka-broker-api-versions: {wrong or lines}")


def formatted_records(server):
    """Lines become headers, keys and values and come back the same; what is printed is committed, and no more."""
    call(server, "kafka-topics", ["--create", "--topic", "formatted", "--partitions", "1"])
    parts = ["headers", "key"]
    lines = "a:1,b:2\tk\tv\nc:\tl\tw\n"
    call(server, "kafka-console-producer",
         ["--topic", "formatted", *(f"--reader-property=parse.{part}=true" for part in parts)], lines)
    read = ["--topic", "formatted", "--group", "cut", "--from-beginning", "--max-messages", "1",
            *(f"--formatter-property=print.{part}=true" for part in parts)]
    said = [call(server, "kafka-console-consumer", read).stdout for _ in range(2)]
    if "".join(said) != lines:
        raise Failed(f"kafka-console-consumer: {said} instead of a line of {lines!r} each time")
    package = "org.apache.kafka.tools.consumer"
    of_cut = "32"  # the hash of the group's name, of 50 partitions
    commits = call(server, "kafka-console-consumer",
                   ["--topic", "__consumer_offsets", "--partition", of_cut, "--from-beginning", "--timeout-ms", "2000",
                    "--formatter", f"{package}.OffsetsMessageFormatter"]).stdout
    for offset in (1, 2):
        start = ('{"key":{"type":1,"data":{"group":"cut","topic":"formatted","partition":0}},"value":{"version":\\d,'
                 '"data":{"offset":%d,' % offset).replace("{", r"\{")
        if not re.search(start, commits):
            raise Failed(f"kafka-console-consumer: no commit of offset {offset} in {commits!r}")
    unknown = call(server, "kafka-console-consumer", ["--topic", "formatted", "--formatter", "com.example.Mine"])
    if unknown.returncode != 1 or "com.example.Mine" not in unknown.stderr:
        raise Failed(f"kafka-console-consumer with a formatter of others: {unknown.returncode}, {unknown.stderr!r}")


def leave_on_interrupt(server):
    """The console consumer leaves its group when it is interrupted, instead of staying a member until its timeout."""
    arguments = ["--topic", "perf", "--group", "leaver", "--from-beginning"]
    consumer = subprocess.Popen([BINARY, "kafka-console-consumer", "--bootstrap-server", server.bootstrap, *arguments],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    consumer.stdout.readline()
    consumer.send_signal(signal.SIGINT)
    _, said = consumer.communicate(timeout=30)
    if "Processed a total of" not in said:
        raise Failed(f"kafka-console-consumer: no total after SIGINT: {said!r}")
    members = call(server, "kafka-consumer-groups", ["--describe", "--group", "leaver", "--members"])
    if "has no active members" not in members.stdout + members.stderr:
        raise Failed(f"kafka-console-consumer has not left its group: {members.stdout}{members.stderr}")
