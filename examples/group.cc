// A member of a consumer group: prints what it reads and what rebalances do, until it has seen COUNT records or nothing
// has come for ten seconds. Start several, and stop some. ASSIGNOR "brokers": they share the partitions out (KIP-848).
// COMMIT=manual commits after each poll instead of by itself.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "millrace/consumer.h"

namespace client = millrace::client;

namespace {

class Printer final : public client::RebalanceListener {
 public:
  void on_assigned(const std::vector<client::TopicPartition>& partitions) override { print("assigned", partitions); }
  void on_revoked(const std::vector<client::TopicPartition>& partitions) override { print("revoked", partitions); }
  void on_lost(const std::vector<client::TopicPartition>& partitions) override { print("lost", partitions); }

 private:
  static void print(const char* what, const std::vector<client::TopicPartition>& partitions) {
    std::printf("%s:", what);
    for (const auto& partition : partitions) std::printf(" %s-%d", partition.topic.c_str(), partition.partition);
    std::printf("\n");
    std::fflush(stdout);
  }
};

int fail(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP GROUP TOPIC [COUNT [ASSIGNOR]]\n", argv[0]);
    return 2;
  }
  const long wanted = argc > 4 ? std::atol(argv[4]) : 0;
  const char* commit = std::getenv("COMMIT");
  const bool manual = commit != nullptr && std::string(commit) == "manual";

  client::ConsumerConfig config;
  config.bootstrap_servers(argv[1]).group_id(argv[2]).auto_offset_reset("earliest").auto_commit(!manual);
  if (argc > 5 && std::string(argv[5]) == "brokers") {
    config.group_protocol("consumer");
  } else if (argc > 5) {
    config.assignors(argv[5]);
  }
  auto consumer = client::Consumer::create(config);
  if (!consumer) return fail(consumer.error());
  if (auto subscribed = consumer->subscribe({argv[3]}, std::make_shared<Printer>()); !subscribed) {
    return fail(subscribed.error());
  }

  long records = 0;
  auto last = std::chrono::steady_clock::now();
  while ((wanted == 0 || records < wanted) && std::chrono::steady_clock::now() < last + std::chrono::seconds(10)) {
    const auto polled = consumer->poll(std::chrono::seconds(1));
    if (!polled) {
      if (!polled.error().retriable) return fail(polled.error());
      std::fprintf(stderr, "%s\n", polled.error().text().c_str());
      continue;
    }
    if (polled->empty()) continue;
    last = std::chrono::steady_clock::now();
    records += static_cast<long>(polled->size());
    if (!manual) continue;
    if (const auto committed = consumer->commit().get(); !committed) {
      std::fprintf(stderr, "%s\n", committed.error().text().c_str());
    }
  }
  std::printf("%ld records\n", records);
  const auto closed = consumer->close();
  return closed ? 0 : fail(closed.error());
}
