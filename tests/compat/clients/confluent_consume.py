"""confluent_consume.py BOOTSTRAP TOPIC COUNT OUT: reads all partitions of the topic from the beginning."""

import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition


def main():
    bootstrap, topic, count, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "compat-confluent", "enable.auto.commit": False})
    partitions = consumer.list_topics(topic, timeout=20).topics[topic].partitions
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in partitions])
    read = 0
    with open(out, "wb") as f:
        while read < count:
            messages = consumer.consume(min(10_000, count - read), timeout=20)
            if not messages:
                sys.exit(f"no more records after {read} of {count}")
            for message in messages:
                if message.error():
                    sys.exit(str(message.error()))
                f.write((message.key() or b"") + b"\x02" + (message.value() or b"") + b"\x01")
            read += len(messages)
    consumer.close()


if __name__ == "__main__":
    main()
