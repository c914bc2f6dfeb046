#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/partition_log.h"

namespace millrace::log {

struct EpochStart {
  LeaderEpoch epoch;
  Offset start;  // the epoch's first offset
  friend bool operator==(const EpochStart&, const EpochStart&) = default;
};

// Which leader epoch begins where in one log (KIP-101): ascending in epoch and in start. The file
// leader-epoch-checkpoint holds it as text.
class EpochTable {
 public:
  // Epoch `epoch` begins at `start`; nothing if it is not above the last one. Entries that begin at or behind `start`
  // had no records and go. True if the table changed.
  bool begin(LeaderEpoch epoch, Offset start);
  // Forgets entries that begin at or behind `end`. True if the table changed.
  bool truncate(Offset end);
  // Forgets entries that end at or below `start`; the one that holds it begins there now. True if the table changed.
  bool truncate_front(Offset start);

  LeaderEpoch last() const { return entries_.empty() ? kNoEpoch : entries_.back().epoch; }
  // The rule of PartitionLog::end_of_epoch.
  EpochEnd end_of(LeaderEpoch epoch, Offset log_end) const;
  const std::vector<EpochStart>& entries() const { return entries_; }

  std::string encode() const;
  // Error::corrupt unless it is a checkpoint of version 0 with rising entries. A file without a byte is an empty table.
  static Result<EpochTable> parse(std::string_view text);

  // The table of a log that ends at `end`, from its checkpoint and from the batches that were found (`seen`: each
  // epoch's first batch). The checkpoint may know of a start whose first batches compaction has removed. Nothing where
  // the batches contradict it.
  static std::optional<EpochTable> merge(const EpochTable& checkpoint, const EpochTable& seen, Offset end);

 private:
  std::vector<EpochStart> entries_;
};

}  // namespace millrace::log
