#include "sim/checkers/group_history.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::sim {

void GroupHistory::assigned(const std::string& member, std::int32_t generation, const PartitionName& partition) {
  const auto [owner, first] = owners_.try_emplace({generation, partition}, member);
  if (first || owner->second == member) return;
  history_.fail(fmt::format("group: {}-{} belongs to {} and to {} in generation {}", partition.topic, partition.index,
                            owner->second, member, generation));
}

void GroupHistory::acknowledged(const PartitionName& partition, std::int64_t offset) {
  ++commits_;
  Lane& lane = lanes_[partition];
  lane.acknowledged = std::max(lane.acknowledged, offset);
}

void GroupHistory::looked_up(const PartitionName& partition, std::int64_t mark, std::int64_t offset) {
  if (offset < mark) {
    history_.fail(fmt::format("group: offset {} was acknowledged for {}-{}, and {} is there", mark, partition.topic,
                              partition.index, offset));
  } else if (offset > lanes_[partition].sent) {
    history_.fail(fmt::format("group: {}-{} has offset {}, which nobody committed", partition.topic, partition.index,
                              offset));
  }
}

}  // namespace millrace::sim
