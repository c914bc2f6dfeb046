#include "millrace/partitioner.h"

#include "client/producer/murmur2.h"

namespace millrace::client {

std::int32_t RoundRobinPartitioner::partition(const PartitionChoice& choice) {
  auto at = next_.find(choice.topic);
  if (at == next_.end()) at = next_.emplace(std::string(choice.topic), 0).first;
  const std::uint32_t turn = at->second++;
  if (choice.available.empty()) return static_cast<std::int32_t>(turn % static_cast<std::uint32_t>(choice.partitions));
  return choice.available[turn % choice.available.size()];
}

std::int32_t partition_of_key(std::string_view key, std::int32_t partitions) {
  return partitions < 1 ? -1 : partition_of_key(as_bytes(key), partitions);
}

}  // namespace millrace::client
