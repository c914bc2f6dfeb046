#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "record/batch.h"

namespace millrace::log {

// What is kept in memory about the batches of one segment file: sparse, one entry for about every index interval of
// bytes, by the rules of Kafka's .index and .timeindex. An entry says where to begin to look.
class SegmentIndex {
 public:
  explicit SegmentIndex(Offset base) : base_(base), next_(base) {}

  // Adds the batch that begins at `position`, which is the end of what was added so far.
  void note(const record::BatchView& batch, std::uint64_t position, std::uint64_t interval);

  Offset base() const { return base_; }
  // One after the last offset; base() without a batch.
  Offset next() const { return next_; }
  // A position at or before the first batch whose last offset is at least `offset`.
  std::uint64_t position_before(Offset offset) const;
  // The greatest indexed batch position that is at most `position`; 0 without one.
  std::uint64_t batch_start_before(std::uint64_t position) const;
  // A position at or before the first batch whose maximum timestamp is at least `time`.
  std::uint64_t position_before(WallTime time) const;

  // The greatest timestamp, kNoTime if no batch has one, and the last offset of the first batch that has it.
  WallTime max_timestamp() const { return max_timestamp_; }
  Offset max_timestamp_offset() const { return max_timestamp_offset_; }
  // The maximum timestamp of the first batch, from which the age of the segment is counted; kNoTime without a batch.
  WallTime first_timestamp() const { return first_timestamp_; }

 private:
  struct OffsetEntry {
    std::uint32_t last_offset;  // of the batch, counted from base
    std::uint32_t position;     // where the batch begins
  };
  struct TimeEntry {
    std::int64_t timestamp;     // the greatest so far
    std::uint32_t last_offset;  // of the batch that has it, counted from base
  };

  Offset base_;
  Offset next_;
  std::vector<OffsetEntry> offsets_;
  std::vector<TimeEntry> times_;
  std::uint64_t since_entry_ = 0;
  WallTime max_timestamp_ = kNoTime;
  Offset max_timestamp_offset_ = kNoOffset;
  WallTime first_timestamp_ = kNoTime;
};

}  // namespace millrace::log
