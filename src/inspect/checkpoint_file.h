#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace millrace::inspect {

// A checkpoint of a log directory: "0", how many lines, and "topic partition offset" in each.
struct CheckpointEntry {
  std::string topic;
  PartitionIndex partition;
  Offset offset;
  std::string directory() const { return topic + "-" + std::to_string(partition.value()); }
};
// Error::corrupt unless it is one. A file without a byte has no entries.
Result<std::vector<CheckpointEntry>> parse_checkpoint_file(std::string_view text);
std::string encode_checkpoint_file(const std::vector<CheckpointEntry>& entries);

}  // namespace millrace::inspect
