#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "log/partition_log.h"
#include "log/segment_index.h"
#include "ports/file.h"

namespace millrace::log {

// How far something has come in a segment: so many bytes, which end before this offset.
struct Reach {
  std::uint64_t bytes = 0;
  Offset next;
};

// Keeps a segment's file open, and shows whether a read plan still refers to it.
struct Pin {
  std::shared_ptr<ports::File> file;
};

// Entries of a file, and their checksum.
struct FileCount {
  std::size_t entries = 0;
  std::uint32_t crc = 0;
};

// One segment file of an open log: how far its bytes have been appended, written and made durable, and the appended
// ones that are not in the file yet. Plain state; LogImpl moves it on.
struct Segment {
  Segment(SegmentIndex found, std::uint64_t bytes) : index(std::move(found)) {
    appended = written = synced = {bytes, index.next()};
  }

  Offset base() const { return index.base(); }
  bool has_unwritten() const { return written.bytes < appended.bytes; }
  bool durable() const { return name_durable && synced.bytes == appended.bytes; }
  // How far a crash loses nothing: what is synced, and what a journal holds of what follows without a gap.
  Reach safe() const {
    if (journaled.bytes <= synced.bytes || journal_from > synced.bytes) return synced;
    return journaled.bytes <= written.bytes ? journaled : written;
  }
  // A reference for a read plan. Precondition: open.
  std::shared_ptr<ports::File> pinned_file() const { return {pin, pin->file.get()}; }
  // Whether plans may still refer to the file.
  bool pinned() const { return pin != nullptr && pin.use_count() > 1; }

  // A part of the segment that is not in the file yet: whole batches.
  struct Unwritten {
    std::uint64_t position;
    Buffer bytes;
    Offset next;  // after its last record
  };

  SegmentIndex index;
  std::vector<AbortedTransaction> aborted;  // by the markers in this segment
  // How much of the files beside it is on its way to the disk: entries, and the checksums of all before.
  struct Side {
    FileCount offsets;
    FileCount times;
    FileCount aborted;
    std::uint64_t position = 0;  // of the log, when they were written
  } side;
  bool complete = false;      // the files beside it have everything, end there, and are on the disk
  bool side_failed = false;   // they could not be written; closing the log tries again
  std::string first_producers;  // a snapshot of the producers at base(), not written yet
  std::shared_ptr<Pin> pin;  // nothing until the file is open
  Reach appended;
  Reach written;               // writes completed; at most appended
  Reach synced;                // covered by a completed sync; at most written
  std::deque<Unwritten> tail;  // [written, appended)
  // What was given to the journal without a gap: from where, how far, and how far that is durable.
  std::uint64_t journal_from = UINT64_MAX;
  std::uint64_t journal_next = UINT64_MAX;
  Reach journaled;
  std::uint64_t counted = 0;       // by SyncChoice
  std::uint64_t written_back = 0;  // the system was asked to bring so much to the disk
  std::uint64_t journal_file = 0;  // that has bytes of this segment, and knows it
  struct SyncWaiter {
    std::uint64_t bytes;
    Task finished;
  };
  std::vector<SyncWaiter> sync_waiters;  // call when so many bytes are synced
  WallTime opened_at = kNoTime;
  Millis jitter{0};  // by which it is closed earlier than segment_ms
  bool name_durable = false;  // the directory was synced after the file was made
  bool naming = false;        // that is under way
  bool opening = false;
  bool writing = false;
  bool syncing = false;  // in a round of the committer, or waiting for one
};

}  // namespace millrace::log
