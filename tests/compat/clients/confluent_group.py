"""confluent_group.py BOOTSTRAP TOPIC GROUP OUT: a group member that reads and commits until its stdin ends, and then
until nothing has come for some seconds. Writes a line "partition offset number" to OUT for each record."""

import select
import sys
import time

from confluent_kafka import Consumer, KafkaException

QUIET_SECONDS = 9  # longer than a member that was lost with the node is waited for


def main():
    bootstrap, topic, group, out = sys.argv[1:5]
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "session.timeout.ms": 6000, "heartbeat.interval.ms": 500,
        "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200, "retry.backoff.ms": 20, "log_level": 2,
        "topic.metadata.refresh.interval.ms": 1000,
    })
    consumer.subscribe([topic])
    commits = 0
    last = time.monotonic()
    with open(out, "w") as read:
        while not select.select([sys.stdin], [], [], 0)[0] or time.monotonic() - last < QUIET_SECONDS:
            messages = [m for m in consumer.consume(1000, timeout=0.2) if m.error() is None]
            for message in messages:
                read.write(f"{message.partition()} {message.offset()} {message.value().split(b':')[0].decode()}\n")
            if messages:
                last = time.monotonic()
                try:
                    consumer.commit(asynchronous=False)
                    commits += 1
                except KafkaException:  # between a kill and the next start nobody takes a commit
                    pass
    consumer.close()
    print(commits)


if __name__ == "__main__":
    main()
