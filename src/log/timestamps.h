#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "log/partition_log.h"
#include "log/segment_index.h"
#include "ports/file.h"

namespace millrace::log {

// A run of whole batches to look through: part of a segment file, or bytes that are not in a file yet.
struct BatchRun {
  std::string path;  // empty: `memory` is the run
  SegmentIndex::TimeHint hint;  // what of the file may be passed over, if it is right
  std::uint64_t to = 0;
  Buffer memory;
};

// Looks, in a job, for the first record of the runs (in order) whose timestamp is at least `time` and whose offset lies
// in [from, upto). kNoOffset if there is none. Error::corrupt if a batch on the way is damaged, Error::io.
Result<TimestampOffset> find_first_record(ports::BlockingFiles& files, const std::vector<BatchRun>& runs, WallTime time,
                                          Offset from, Offset upto);

// The same for the first of the records with the greatest timestamp.
Result<TimestampOffset> find_latest_record(ports::BlockingFiles& files, const std::vector<BatchRun>& runs, Offset from,
                                           Offset upto);

}  // namespace millrace::log
