"""kafka_python_check.py BOOTSTRAP: topics, settings, a producer, a group, offsets, by kafka-python."""

import sys

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import TopicAlreadyExistsError

TOPIC = "by-kafka-python"
GROUP = "kafka-python-readers"
COUNT = 600
VALUES = [f"value {n}" for n in range(COUNT)]


def same(what, got, expected):
    if got != expected:
        raise SystemExit(f"{what}: {got!r}, expected {expected!r}")


def produce(bootstrap):
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", compression_type="lz4", linger_ms=5,
                             key_serializer=str.encode, value_serializer=str.encode)
    sent = [producer.send(TOPIC, key=f"k{n % 50}", value=value, headers=[("from", b"python")])
            for n, value in enumerate(VALUES)]
    producer.flush(30)
    places = [future.get(30) for future in sent]
    producer.close()
    same("places of records", len({(place.partition, place.offset) for place in places}), COUNT)


def consume(bootstrap):
    consumer = KafkaConsumer(TOPIC, bootstrap_servers=bootstrap, group_id=GROUP, auto_offset_reset="earliest",
                             enable_auto_commit=False, consumer_timeout_ms=20000)
    read = []
    for record in consumer:
        same("a header", record.headers, [("from", b"python")])
        read.append(record.value.decode())
        if len(read) == COUNT:
            break
    same("the records", sorted(read), sorted(VALUES))
    consumer.commit()
    partitions = [TopicPartition(TOPIC, p) for p in range(3)]
    same("committed", {p: consumer.committed(p) for p in partitions}, consumer.end_offsets(partitions))
    at = consumer.offsets_for_times({partitions[0]: 0})[partitions[0]]
    same("the first offset of a time", at.offset, 0)
    consumer.close()


def administrate(admin):
    topic = ConfigResource(ConfigResourceType.TOPIC, TOPIC, {"retention.ms": "3600000"})
    admin.alter_configs([topic])
    described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)])[0]
    values = {entry[0]: entry[1] for entry in described.resources[0][4]}
    same("the altered setting", values["retention.ms"], "3600000")
    admin.create_partitions({TOPIC: NewPartitions(5)})
    same("partitions", len(admin.describe_topics([TOPIC])[0]["partitions"]), 5)
    offsets = admin.list_consumer_group_offsets(GROUP)
    same("the sum of committed offsets", sum(OffsetAndMetadata(*of).offset for of in offsets.values()), COUNT)
    same("the state of the group", admin.describe_consumer_groups([GROUP])[0].state, "Empty")
    same("errors of a deletion", [str(one[1]) for one in admin.delete_consumer_groups([GROUP])],
         ["<class 'kafka.errors.NoError'>"])
    admin.delete_topics([TOPIC])
    same("topics left", TOPIC in admin.list_topics(), False)


def main():
    bootstrap = sys.argv[1]
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    topic = NewTopic(TOPIC, num_partitions=3, replication_factor=1)
    admin.create_topics([topic])
    try:
        admin.create_topics([topic])
        raise SystemExit("a topic was created twice")
    except TopicAlreadyExistsError:
        pass
    produce(bootstrap)
    consume(bootstrap)
    administrate(admin)
    admin.close()
    print(f"{COUNT} records")


if __name__ == "__main__":
    main()
