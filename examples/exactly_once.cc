// Reads records, writes a changed copy of each to another topic, and commits the positions that were read in the same
// transaction: whatever dies at whatever moment, each record is copied exactly once. Ends after RECORDS records, or
// when nothing has come for ten seconds.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "millrace/consumer.h"
#include "millrace/producer.h"

namespace client = millrace::client;

namespace {

// After a transaction that was aborted its records have to be read again: the consumer goes back to what is committed.
client::Status go_back(client::Consumer& consumer) {
  auto assigned = consumer.assignment();
  if (!assigned) return assigned.error();
  auto committed = consumer.committed(*assigned).get();
  if (!committed) return committed.error();
  for (const auto& partition : *assigned) {
    const auto at = committed->find(partition);
    auto moved = at == committed->end() ? consumer.seek_to_beginning({partition})
                                        : consumer.seek(partition, at->second.offset);
    if (!moved) return moved;
  }
  return {};
}

client::Status copy(client::Producer& producer, client::Consumer& consumer, const client::ConsumerRecords& records,
                    const std::string& to) {
  if (auto begun = producer.begin_transaction().get(); !begun) return begun;
  for (const auto& from : records) {
    client::Record record;
    record.topic = to;
    if (from.key) record.key = std::string(*from.key);
    record.value = "copy of " + std::string(from.value.value_or(""));
    producer.send(std::move(record), {});
  }
  auto group = consumer.group_metadata();
  if (!group) return group.error();
  auto done = producer.send_offsets_to_transaction(records.next_offsets(), *group).get();
  if (done) done = producer.commit_transaction().get();
  if (done || !done.error().abortable) return done;
  std::fprintf(stderr, "again: %s\n", done.error().text().c_str());
  if (auto aborted = producer.abort_transaction().get(); !aborted) return aborted;
  return go_back(consumer);
}

int fail(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP FROM-TOPIC TO-TOPIC RECORDS\n", argv[0]);
    return 2;
  }
  const long wanted = std::atol(argv[4]);
  client::ConsumerConfig reading;
  reading.bootstrap_servers(argv[1]).group_id("example-exactly-once").auto_offset_reset("earliest");
  reading.auto_commit(false).read_committed(true);
  auto consumer = client::Consumer::create(reading);
  if (!consumer) return fail(consumer.error());
  client::ProducerConfig writing;
  writing.bootstrap_servers(argv[1]).transactional_id("example-exactly-once");
  auto producer = client::Producer::create(writing);
  if (!producer) return fail(producer.error());
  if (auto ready = producer->init_transactions().get(); !ready) return fail(ready.error());
  if (auto subscribed = consumer->subscribe({argv[2]}); !subscribed) return fail(subscribed.error());

  long copied = 0;
  for (int idle = 0; copied < wanted && idle < 10;) {
    auto records = consumer->poll(std::chrono::seconds(1));
    if (!records && records.error().fatal) return fail(records.error());
    if (!records || records->empty()) {
      ++idle;
      continue;
    }
    idle = 0;
    if (auto done = copy(*producer, *consumer, *records, argv[3]); !done) return fail(done.error());
    copied += static_cast<long>(records->size());
  }
  (void)consumer->close();
  (void)producer->close();
  std::printf("%ld records copied\n", copied);
  return copied >= wanted ? 0 : 1;
}
