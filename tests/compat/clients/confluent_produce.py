"""confluent_produce.py BOOTSTRAP TOPIC PARTITIONS OUT: an idempotent producer writes numbered records until its stdin
ends, round robin over the partitions, and a line "partition offset number" to OUT for each that is acknowledged.
Prints how many it sent; ends with a code that is not 0 if one of them failed."""

import select
import sys
import time

from confluent_kafka import KafkaException, Producer

RECORDS_PER_ROUND = 200
ROUND_SECONDS = 0.02
LEFT_SECONDS = 60


def value_of(number):
    return b"%d:" % number + b"v" * (number * 37 % 900)


def main():
    bootstrap, topic, partitions, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    failures = []
    producer = Producer({
        "bootstrap.servers": bootstrap, "enable.idempotence": True, "acks": "all", "linger.ms": 2,
        "compression.type": "lz4", "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200,
        "retry.backoff.ms": 20, "delivery.timeout.ms": 120_000, "log_level": 2,
    })
    sent = 0
    with open(out, "w") as acknowledged:
        def reported(number):
            def report(error, message):
                if error is not None:
                    failures.append(f"record {number}: {error}")
                else:
                    acknowledged.write(f"{message.partition()} {message.offset()} {number}\n")
            return report

        while not select.select([sys.stdin], [], [], 0)[0] and not failures:
            try:
                for number in range(sent, sent + RECORDS_PER_ROUND):
                    producer.produce(topic, value_of(number), partition=number % partitions,
                                     on_delivery=reported(number))
                    sent += 1
            except BufferError:
                pass
            except KafkaException as error:  # the fatal errors of an idempotent producer
                failures.append(str(error))
            producer.poll(ROUND_SECONDS)
            time.sleep(ROUND_SECONDS / 2)
        left = producer.flush(LEFT_SECONDS)
    if left or failures:
        sys.exit(f"{left} records of {sent} without an answer, {len(failures)} failed: {failures[:3]}")
    print(sent)


if __name__ == "__main__":
    main()
