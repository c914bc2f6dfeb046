#include "sim/workloads/traffic.h"

namespace millrace::sim {

Traffic Traffic::draw(Prng& prng) {
  Traffic traffic;
  const std::uint64_t topics = 1 + prng.below(2);
  for (std::uint64_t i = 0; i < topics; ++i) {
    Topic topic{i == 0 ? "payments" : "clicks.raw", static_cast<std::int32_t>(1 + prng.below(4)), {}};
    if (prng.one_in(2)) topic.configs.emplace_back("segment.ms", std::to_string(1 + prng.below(2'000)));
    if (prng.one_in(3)) topic.configs.emplace_back("index.interval.bytes", std::to_string(prng.below(2'000)));
    traffic.topics.push_back(std::move(topic));
  }
  traffic.producers = static_cast<std::uint32_t>(1 + prng.below(3));
  traffic.consumers = static_cast<std::uint32_t>(1 + prng.below(2));
  traffic.batches = static_cast<std::uint32_t>(4 + prng.below(16));
  traffic.records = static_cast<std::uint32_t>(1 + prng.below(5));
  traffic.largest_value = prng.one_in(4) ? 20'000 : prng.below(1'500);
  traffic.pause = Millis(static_cast<std::int64_t>(1 + prng.below(200)));
  traffic.patience = Millis(static_cast<std::int64_t>(300 + prng.below(4'000)));
  traffic.members = prng.one_in(2) ? 0 : static_cast<std::uint32_t>(1 + prng.below(4));
  return traffic;
}

std::vector<PartitionName> Traffic::partitions() const {
  std::vector<PartitionName> all;
  for (const auto& topic : topics) {
    for (std::int32_t i = 0; i < topic.partitions; ++i) all.push_back({topic.name, i});
  }
  return all;
}

}  // namespace millrace::sim
