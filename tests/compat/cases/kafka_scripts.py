"""Kafka's scripts by their names, end to end: what they print is what the originals printed for the same steps."""

import re
import subprocess

from lib.process import Failed
from lib.server import BINARY, Server

WARNING = ("WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. "
           "To avoid issues it is best to use either, but not both.\n")
OFFSETS = ("\nGROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             "
           "CONSUMER-ID     HOST            CLIENT-ID\n")
ROW = "%-15s %-15s %-10s %-15s %-15s %-15s -               -               -\n"
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
    ("kafka-consumer-groups", ["--delete", "--group", "g"], "", 0,
     "Deletion of requested consumer groups ('g') was successful.\n"),
    ("kafka-configs", ["--alter", "--topic", "a.b", "--add-config", "retention.ms=5000"], "", 0,
     "Completed updating config for topic a.b.\n"),
    ("kafka-configs", ["--describe", "--topic", "a.b"], "", 0,
     "Dynamic configs for topic a.b are:\n"
     "  retention.ms=5000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=5000}\n"),
    ("kafka-topics", ["--delete", "--topic", "orders"], "", 0, ""),
]


def run(ci):
    with Server() as server:
        for script, arguments, text, code, wanted in STEPS:
            step = subprocess.run([BINARY, script, "--bootstrap-server", server.bootstrap, *arguments], input=text,
                                  capture_output=True, text=True, timeout=30)
            blanks = re.compile(r" +$", re.MULTILINE)
            if step.returncode != code or blanks.sub("", step.stdout) != blanks.sub("", wanted):
                raise Failed(f"{script} {' '.join(arguments)}: exit code {step.returncode}, {step.stdout!r} instead of "
                             f"{code}, {wanted!r}; {step.stderr}")
    return f"{len(STEPS)} steps"
