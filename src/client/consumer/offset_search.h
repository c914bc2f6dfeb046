#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/callback.h"
#include "base/ids.h"
#include "client/cluster.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// What ListOffsets has found.
struct OffsetAtTime {
  std::int64_t offset = -1;  // -1: there is no record of that time or later
  std::int64_t timestamp_ms = -1;
  std::optional<std::int32_t> leader_epoch;
};
using FoundOffsets = std::map<TopicPartition, OffsetAtTime>;

// Asks the leaders for the offsets of these times (milliseconds, or kLatestTime, kEarliestTime), and again where
// leaders move, until all are known. Fails with the first error that does not pass, and at `timeout` with
// Cause::timed_out or the last error.
void find_offsets(Cluster& cluster, std::map<TopicPartition, std::int64_t> times, bool committed_only, Millis timeout,
                  Callback<void(Result<FoundOffsets>)> done);

}  // namespace millrace::client
