// Reads all topics whose names match an expression, new ones too, and counts their records, until nothing has come for
// five seconds.
#include <chrono>
#include <cstdio>
#include <map>
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
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP GROUP EXPRESSION\n", argv[0]);
    return 2;
  }
  client::ConsumerConfig config;
  config.bootstrap_servers(argv[1]).group_id(argv[2]).auto_offset_reset("earliest");
  auto consumer = client::Consumer::create(config);
  if (!consumer) return fail(consumer.error());
  if (auto subscribed = consumer->subscribe_pattern(argv[3]); !subscribed) return fail(subscribed.error());
  std::map<std::string, long> counts;
  auto last = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() < last + std::chrono::seconds(5)) {
    const auto records = consumer->poll(std::chrono::milliseconds(500));
    if (!records && !records.error().retriable) return fail(records.error());
    if (!records || records->empty()) continue;
    last = std::chrono::steady_clock::now();
    for (const auto& record : *records) ++counts[std::string(record.topic)];
  }
  for (const auto& [topic, count] : counts) std::printf("%s %ld\n", topic.c_str(), count);
  const auto closed = consumer->close();
  return closed ? 0 : fail(closed.error());
}
