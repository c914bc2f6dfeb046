"""aiokafka_check.py BOOTSTRAP: an idempotent producer and a group whose second member comes while the first reads."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

TOPIC = "by-aiokafka"
GROUP = "aiokafka-readers"
COUNT = 600
VALUES = [f"value {n}" for n in range(COUNT)]
WITHIN_S = 40


def member(bootstrap):
    return AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, group_id=GROUP, auto_offset_reset="earliest",
                            enable_auto_commit=False, session_timeout_ms=10000, heartbeat_interval_ms=200)


async def produce(bootstrap, values):
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True,
                                compression_type="gzip") as producer:
        sent = [await producer.send(TOPIC, key=value[-2:].encode(), value=value.encode()) for value in values]
        await asyncio.gather(*sent)


async def read_some(consumer, read):
    for records in (await consumer.getmany(timeout_ms=200)).values():
        for record in records:
            read[(record.partition, record.offset)] = record.value.decode()
    await consumer.commit()


async def consume(bootstrap):
    read = {}
    async with member(bootstrap) as first:
        while len(read) < COUNT // 2:
            await read_some(first, read)
        async with member(bootstrap) as second:
            while not (first.assignment() and second.assignment() and
                       len(first.assignment()) + len(second.assignment()) == 3):
                await asyncio.gather(first.getmany(timeout_ms=100), second.getmany(timeout_ms=100))
            await asyncio.gather(first.seek_to_committed(), second.seek_to_committed())
            await produce(bootstrap, VALUES[COUNT // 2:])
            while len(read) < COUNT:
                await asyncio.gather(read_some(first, read), read_some(second, read))
    if sorted(read.values()) != sorted(VALUES):
        raise SystemExit("other records were read than were sent")


async def main(bootstrap):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=3, replication_factor=1)])
    await produce(bootstrap, VALUES[:COUNT // 2])
    await asyncio.wait_for(consume(bootstrap), WITHIN_S)
    await admin.delete_topics([TOPIC])
    if TOPIC in await admin.list_topics():
        raise SystemExit("the topic was not deleted")
    await admin.close()
    print(f"{COUNT} records, a group of two")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
