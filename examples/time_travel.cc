// Prints the records of one partition from a point in time on: "the last ten minutes of partition 0".
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "millrace/consumer.h"

namespace client = millrace::client;

namespace {

int fail(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP TOPIC PARTITION MINUTES-AGO\n", argv[0]);
    return 2;
  }
  const client::TopicPartition partition{argv[2], std::atoi(argv[3])};
  const auto from = std::chrono::system_clock::now() - std::chrono::minutes(std::atol(argv[4]));
  const auto from_ms = std::chrono::duration_cast<std::chrono::milliseconds>(from.time_since_epoch()).count();

  client::ConsumerConfig config;
  config.bootstrap_servers(argv[1]);
  auto consumer = client::Consumer::create(config);
  if (!consumer) return fail(consumer.error());
  if (auto assigned = consumer->assign({partition}); !assigned) return fail(assigned.error());
  const auto found = consumer->offsets_for_times({{partition, from_ms}}).get();
  if (!found) return fail(found.error());
  const auto ends = consumer->end_offsets({partition}).get();
  if (!ends) return fail(ends.error());
  const std::int64_t end = ends->at(partition);
  const auto at = found->find(partition);
  std::int64_t next = at == found->end() ? end : at->second.offset;
  if (auto moved = consumer->seek(partition, next); !moved) return fail(moved.error());
  long count = 0;
  while (next < end) {
    const auto records = consumer->poll(std::chrono::seconds(5));
    if (!records) return fail(records.error());
    if (records->empty()) break;
    for (const auto& record : *records) {
      std::printf("%lld %lld %s\n", static_cast<long long>(record.offset), static_cast<long long>(record.timestamp_ms),
                  std::string(record.value.value_or("")).c_str());
      next = record.offset + 1;
      ++count;
    }
  }
  std::printf("%ld records\n", count);
  return 0;
}
