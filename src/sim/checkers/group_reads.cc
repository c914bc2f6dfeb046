#include "sim/checkers/group_reads.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::sim {

void GroupReads::processed(const PartitionName& partition, std::int64_t offset) {
  Lane& lane = lanes_[partition];
  if (offset >= lane.end) lane.ahead.insert(offset);
  while (!lane.ahead.empty() && *lane.ahead.begin() == lane.end) {
    lane.ahead.erase(lane.ahead.begin());
    ++lane.end;
  }
}

void GroupReads::learn(const PartitionName& partition, Lane& lane, std::int64_t position) {
  if (position > lane.end) {
    history_.fail(fmt::format("group: {}-{} is committed up to {}, and nobody has processed offset {}",
                              partition.topic, partition.index, position, lane.end));
  }
  lane.committed = std::max(lane.committed, position);
}

void GroupReads::acknowledged(const PartitionName& partition, std::int64_t position) {
  learn(partition, lanes_[partition], position);
}

void GroupReads::looked_up(const PartitionName& partition, std::int64_t mark, std::int64_t position) {
  if (position < mark) {
    history_.fail(fmt::format("group: position {} of {}-{} was committed, and {} is there", mark, partition.topic,
                              partition.index, position));
  }
  learn(partition, lanes_[partition], position);
}

}  // namespace millrace::sim
