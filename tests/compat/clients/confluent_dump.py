"""confluent_dump.py BOOTSTRAP TOPIC OUT: reads every partition from the beginning to its end at the start of the
program, and writes a line "partition offset number" to OUT for each record."""

import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition


def main():
    bootstrap, topic, out = sys.argv[1:4]
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "dump", "enable.auto.commit": False})
    partitions = consumer.list_topics(topic, timeout=20).topics[topic].partitions
    left = 0
    for partition in partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)
        left += high - low
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in partitions])
    with open(out, "w") as f:
        while left > 0:
            messages = consumer.consume(min(10_000, left), timeout=20)
            if not messages:
                sys.exit(f"no more records, {left} are missing")
            for message in messages:
                if message.error():
                    sys.exit(str(message.error()))
                f.write(f"{message.partition()} {message.offset()} {message.value().split(b':')[0].decode()}\n")
            left -= len(messages)
    consumer.close()


if __name__ == "__main__":
    main()
