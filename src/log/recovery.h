#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/epochs.h"
#include "log/segment_index.h"
#include "ports/file.h"
#include "record/producer.h"

namespace millrace::log {

// Opening a log after whatever happened to it: job code over BlockingFiles.
//
// What may be missing or damaged after a power loss, and what may not: a log that is durable makes a new segment file
// only when everything in the one before is durable. So damage in any segment but the last lies below what was
// acknowledged: Error::corrupt, and nothing is touched. In the last one, valid batches may stand behind a hole, since
// sectors reach the disk in any order: it is cut at the first byte that is not part of a whole batch with the right
// checksum, and the cut bytes are kept aside. A log that is not durable may have holes anywhere: it is cut at the first
// one, and later segments are kept aside whole.
struct RecoverySettings {
  bool durable = true;
  std::uint64_t index_interval = 4096;
  // The epochs that are known in memory, in place of the checkpoint file (after a truncation).
  std::optional<EpochTable> epochs;
  // Bugs that are switched on (ports/faults.h).
  bool torn_tail_kept = false;
  bool cuts_durable = false;
};

struct RecoveredSegment {
  SegmentIndex index;
  std::uint64_t size = 0;
};

struct RecoveredLog {
  std::vector<RecoveredSegment> segments;  // at least one, ascending
  EpochTable epochs;
  record::ProducerTable producers;
  bool cut = false;                // bytes were cut and, unless they were all zero, kept aside
  std::vector<std::string> notes;  // one line each for the operator: what was found, where, what was done
  Offset end() const { return segments.back().index.next(); }
};

// Why a log could not be recovered: `line` names file, position and offset.
struct RecoveryFailure {
  Error error = Error::io;
  std::string line;
};

// Reads the whole log in `directory` (which exists) and makes everything that it returns durable. A log without a
// segment gets an empty one at offset 0.
Result<RecoveredLog, RecoveryFailure> recover_log(ports::BlockingFiles& files, const std::string& directory,
                                                  const RecoverySettings& settings);

// Where a log was cut, or was to be cut: everything in front of it is there.
struct CutPoint {
  Offset base;                 // of the segment
  std::uint64_t position = 0;  // in its file
  Offset end;                  // the log's end
};

// Forgets every batch that holds `offset` or a later one, durably: removes later segments, newest first, and cuts the
// one that holds it. `point` is set before anything is changed, and stays empty as long as nothing has been.
Status cut_log(ports::BlockingFiles& files, const std::string& directory, Offset offset,
               std::optional<CutPoint>& point);

}  // namespace millrace::log
