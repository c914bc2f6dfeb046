#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inspect/verify.h"
#include "log/partition_log.h"

// What a scan of one segment has found, and the files beside it measured against that. For verify_partition.cc.
namespace millrace::inspect {

struct BatchFacts {
  std::uint64_t position = 0;
  Offset last;
  WallTime max_timestamp = kNoTime;
};

struct SegmentFacts {
  Offset base;
  std::uint64_t size = 0;
  bool active = false;
  bool complete = false;  // closed, or the stop was clean: its indexes have all that belongs into them
  bool damaged = false;   // what stands behind the batches is none
  std::vector<BatchFacts> batches;
  std::vector<log::AbortedTransaction> aborted;
};

// Add what is wrong to `findings`. Zeros at the end of an index, allocated in advance, are not.
void check_offset_index(const SegmentFacts& segment, const std::string& path, std::string_view bytes,
                        std::vector<Finding>& findings);
void check_time_index(const SegmentFacts& segment, const std::string& path, std::string_view bytes,
                      std::vector<Finding>& findings);

// Checks a file of batches that has no files beside it. How many there are.
Result<std::uint64_t> verify_batches(ports::BlockingFiles& files, const std::string& path,
                                     std::vector<Finding>& findings);

}  // namespace millrace::inspect
