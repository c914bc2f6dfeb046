// Sends a record with headers and a time of its own, and reads it back from where it was written.
#include <chrono>
#include <cstdio>
#include <string>

#include "millrace/consumer.h"
#include "millrace/producer.h"

namespace client = millrace::client;

namespace {

int fail(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP TOPIC\n", argv[0]);
    return 2;
  }
  client::ProducerConfig writing;
  writing.bootstrap_servers(argv[1]).compression(client::Compression::zstd);
  auto producer = client::Producer::create(writing);
  if (!producer) return fail(producer.error());
  client::Record record;
  record.topic = argv[2];
  record.key = "order-7";
  record.value = "shipped";
  record.headers = {{"trace", "af31"}, {"attempt", "1"}, {"note", std::nullopt}};
  record.timestamp_ms = 1'700'000'000'000;
  const auto written = producer->send(std::move(record)).get();
  if (!written) return fail(written.error());

  client::ConsumerConfig reading;
  reading.bootstrap_servers(argv[1]);
  auto consumer = client::Consumer::create(reading);
  if (!consumer) return fail(consumer.error());
  const client::TopicPartition place{written->topic, written->partition};
  if (auto assigned = consumer->assign({place}); !assigned) return fail(assigned.error());
  if (auto moved = consumer->seek(place, written->offset); !moved) return fail(moved.error());
  const auto records = consumer->poll(std::chrono::seconds(20));
  if (!records) return fail(records.error());
  if (records->empty()) {
    std::fprintf(stderr, "nothing came within 20 s\n");
    return 1;
  }
  const client::ConsumerRecord& read = (*records)[0];
  std::printf("%s = %s at %lld\n", std::string(read.key.value_or("")).c_str(),
              std::string(read.value.value_or("")).c_str(), static_cast<long long>(read.timestamp_ms));
  for (const auto& header : read.headers()) {
    std::printf("  %s: %s\n", std::string(header.key).c_str(), std::string(header.value.value_or("(null)")).c_str());
  }
  return 0;
}
