// The shortest way: sends one record, waits until the brokers have it, and says where it stands.
#include <cstdio>
#include <string>

#include "millrace/producer.h"

namespace client = millrace::client;

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP TOPIC VALUE\n", argv[0]);
    return 2;
  }
  client::ProducerConfig config;
  config.bootstrap_servers(argv[1]);
  auto producer = client::Producer::create(config);
  if (!producer) {
    std::fprintf(stderr, "%s\n", producer.error().text().c_str());
    return 1;
  }
  client::Record record;
  record.topic = argv[2];
  record.value = argv[3];
  const auto written = producer->send(std::move(record)).get();
  if (!written) {
    std::fprintf(stderr, "%s\n", written.error().text().c_str());
    return 1;
  }
  std::printf("%s-%d at offset %lld\n", written->topic.c_str(), written->partition,
              static_cast<long long>(written->offset));
  return 0;
}
