#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "record/batch.h"

namespace millrace::log {

inline constexpr std::size_t kOffsetEntryBytes = 8;  // of .index
inline constexpr std::size_t kTimeEntryBytes = 12;   // of .timeindex

// What is known about the batches of one segment file: sparse, one entry for about every index interval of bytes, by
// the rules of Kafka's .index and .timeindex and with their bytes. An entry says where to begin to look. The entries of
// a closed segment may stay in its files until they are needed (loaded()).
class SegmentIndex {
 public:
  explicit SegmentIndex(Offset base) : base_(base), next_(base) {}
  // A closed segment that ends at or before `next`, whose entries are in its files.
  static SegmentIndex closed(Offset base, Offset next, WallTime max_timestamp, Offset max_timestamp_offset);

  // Adds the batch that begins at `position`, which is the end of what was added so far. Precondition: loaded.
  void note(const record::BatchView& batch, std::uint64_t position, std::uint64_t interval);
  // The greatest timestamp becomes an entry if it is not one yet: the last act of a segment. True if one was added.
  bool seal();

  // Whether the entries are in memory; without them every look-up begins at the segment's beginning.
  bool loaded() const { return loaded_; }
  // Takes over the entries of files: false, and nothing changes, unless they rise and lie within `size` bytes of log.
  bool load(Bytes offsets, Bytes times, std::uint64_t size);
  // Gives the entries back to the files, which have them all.
  void unload();
  // Forgets entries that have turned out to be wrong.
  void distrust();
  // Goes on behind a batch that needs no entry: the log continues at `next`.
  void continue_at(Offset next) { next_ = next; }
  void continue_from(std::uint64_t since_entry, WallTime max_timestamp, Offset max_timestamp_offset);
  void set_first_timestamp(WallTime time) { first_timestamp_ = time; }

  Offset base() const { return base_; }
  // One after the last offset; base() without a batch.
  Offset next() const { return next_; }

  // Where to begin to look for `offset`: the batch at `position` ends with `last_offset` if the entry is right; the
  // segment's beginning (`last_offset` kNoOffset) without an entry.
  struct Hint {
    std::uint64_t position = 0;
    Offset last_offset = kNoOffset;
  };
  Hint hint_before(Offset offset) const;
  // The last entry whose batch begins at or before `position`.
  Hint hint_at_most(std::uint64_t position) const;
  // Where to begin to look for the first batch whose maximum timestamp is at least `time`. If the entries are right,
  // the batches from `at` to the one that holds `last_offset` have at most `timestamp`, and that one has it; nothing is
  // said (kNoOffset) without an entry.
  struct TimeHint {
    Hint at;
    Offset last_offset = kNoOffset;
    WallTime timestamp = kNoTime;
  };
  TimeHint hint_before(WallTime time) const;
  // The last entry of all.
  Hint last_hint() const;

  // The entries from the `from`-th on, as bytes of the files.
  std::string encode_offsets(std::size_t from) const;
  std::string encode_times(std::size_t from) const;
  std::size_t offset_count() const { return offsets_.size(); }
  std::size_t time_count() const { return times_.size(); }
  std::uint64_t since_entry() const { return since_entry_; }

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
  bool add_time();

  Offset base_;
  Offset next_;
  std::vector<OffsetEntry> offsets_;
  std::vector<TimeEntry> times_;
  std::uint64_t since_entry_ = 0;
  WallTime max_timestamp_ = kNoTime;
  Offset max_timestamp_offset_ = kNoOffset;
  WallTime first_timestamp_ = kNoTime;
  bool loaded_ = true;
};

}  // namespace millrace::log
