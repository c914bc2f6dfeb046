// Sends a million small records and says how fast that was: the cheapest way, with a call per record.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "millrace/producer.h"

namespace client = millrace::client;

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP TOPIC [RECORDS [BYTES]]\n", argv[0]);
    return 2;
  }
  const long records = argc > 3 ? std::atol(argv[3]) : 1'000'000;
  const std::string value(argc > 4 ? static_cast<std::size_t>(std::atol(argv[4])) : 100, 'x');

  client::ProducerConfig config;
  config.bootstrap_servers(argv[1]).batch_size(64 * 1024).linger(std::chrono::milliseconds(5));
  auto producer = client::Producer::create(config);
  if (!producer) {
    std::fprintf(stderr, "%s\n", producer.error().text().c_str());
    return 1;
  }

  std::atomic<long> delivered{0};
  std::atomic<long> failed{0};
  const auto begin = std::chrono::steady_clock::now();
  for (long i = 0; i < records; ++i) {
    client::Record record;
    record.topic = argv[2];
    record.value = value;
    producer->send(std::move(record), [&](const client::Result<client::RecordMetadata>& result) {
      if (result) {
        ++delivered;
      } else if (failed++ == 0) {
        std::fprintf(stderr, "%s\n", result.error().text().c_str());
      }
    });
  }
  const auto closed = producer->close();
  if (!closed) std::fprintf(stderr, "%s\n", closed.error().text().c_str());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%ld delivered, %ld failed, %.0f records/s\n", delivered.load(), failed.load(),
              static_cast<double>(delivered.load()) / seconds);
  return failed == 0 && closed ? 0 : 1;
}
