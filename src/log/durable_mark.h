#pragma once

#include <cstdint>

#include "base/ids.h"

namespace millrace::log {

// How far a log is known to be on the disk, and how far its index and snapshot files were right when that was noted
// (docs/formats/durable-marks.md). Hints apart, damage before `position` is corruption, damage behind it an unsynced
// tail.
struct DurableMark {
  std::uint64_t life = 0;      // of two marks of one partition the one with the larger life is in force
  Offset base;                 // of a segment; everything in earlier segments is on the disk
  std::uint64_t position = 0;  // in its file: everything before is on the disk
  Offset end;                  // the offset after it
  Offset trusted;              // index files of the segments that end at or below this are on the disk

  // Of the segment at `base`: what its files held when the batches before `position` had been noted. None of it is
  // synced, so each part has its checksum. `snapshot` kNoOffset: nothing was written.
  struct Files {
    Offset snapshot = kNoOffset;  // name of the producer snapshot; the offset at `position`
    std::uint64_t position = 0;
    std::uint32_t offsets = 0;  // entries of .index
    std::uint32_t offsets_crc = 0;
    std::uint32_t times = 0;  // entries of .timeindex
    std::uint32_t times_crc = 0;
    std::uint32_t aborted = 0;  // entries of .txnindex
    std::uint32_t aborted_crc = 0;
    std::uint32_t since_entry = 0;  // bytes since the last index entry
    WallTime max_timestamp = kNoTime;
    Offset max_timestamp_offset = kNoOffset;
    friend bool operator==(const Files&, const Files&) = default;
  } files;
  friend bool operator==(const DurableMark&, const DurableMark&) = default;
};

}  // namespace millrace::log
