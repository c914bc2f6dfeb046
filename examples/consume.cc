// Reads one partition from its beginning, without a group: prints the records, or with COUNT says how fast that was.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "millrace/consumer.h"

namespace client = millrace::client;

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP TOPIC PARTITION [COUNT]\n", argv[0]);
    return 2;
  }
  const client::TopicPartition partition{argv[2], std::atoi(argv[3])};
  const long wanted = argc > 4 ? std::atol(argv[4]) : 0;

  client::ConsumerConfig config;
  config.bootstrap_servers(argv[1]);
  auto consumer = client::Consumer::create(config);
  if (!consumer) {
    std::fprintf(stderr, "%s\n", consumer.error().text().c_str());
    return 1;
  }
  const auto fail = [](const client::Error& error) {
    std::fprintf(stderr, "%s\n", error.text().c_str());
    return 1;
  };
  if (auto assigned = consumer->assign({partition}); !assigned) return fail(assigned.error());
  if (auto moved = consumer->seek_to_beginning({partition}); !moved) return fail(moved.error());
  const auto end = consumer->end_offsets({partition}).get();
  if (!end) return fail(end.error());

  const auto begin = std::chrono::steady_clock::now();
  long records = 0;
  unsigned long long bytes = 0;
  for (std::int64_t next = 0; next < end->at(partition) && (wanted == 0 || records < wanted);) {
    const auto polled = consumer->poll(std::chrono::seconds(1));
    if (!polled) return fail(polled.error());
    for (const client::ConsumerRecord& record : *polled) {
      ++records;
      bytes += record.value ? record.value->size() : 0;
      next = record.offset + 1;
      if (wanted > 0) continue;
      const std::string value(record.value.value_or("(null)"));
      std::printf("%lld: %s\n", static_cast<long long>(record.offset), value.c_str());
    }
    const auto position = consumer->position(partition).get();
    if (position) next = *position;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%ld records, %llu bytes, %.0f records/s\n", records, bytes, static_cast<double>(records) / seconds);
  const auto closed = consumer->close();
  return closed ? 0 : fail(closed.error());
}
