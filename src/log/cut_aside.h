#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/file.h"

namespace millrace::log {

// The first name for bytes cut off the segment at `base` that none of `entries` has.
std::string free_cut_name(const std::vector<ports::DirectoryEntry>& entries, Offset base);

// A part of a segment's file.
struct CutRange {
  Offset base;         // of the segment
  std::uint64_t from;  // position of the first byte
  std::uint64_t to;    // one behind the last
};

// Copies that part of `file` into a file of its own in `directory`, whose entries are `entries`, durably: its name.
// Nothing is kept of bytes that are all zero: "". In a job.
Result<std::string> keep_aside(ports::BlockingFiles& files, const std::string& directory,
                               const std::vector<ports::DirectoryEntry>& entries, const CutRange& range,
                               ports::BlockingFile& file);

}  // namespace millrace::log
