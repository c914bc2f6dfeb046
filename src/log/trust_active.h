#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "log/recovery.h"
#include "ports/file.h"

namespace millrace::log {

// The active segment after a clean stop, by the files beside it: nothing unless they are right, and what stands behind
// the last index entry ends where the file ends. `size`: of `file`. In a job.
std::optional<RecoveredSegment> trust_active(ports::BlockingFiles& files, const std::string& directory, Offset base,
                                             ports::BlockingFile& file, std::uint64_t size);

// Reads the first batch of a segment's file and tells the index its timestamp; an unreadable one tells nothing.
void note_first_timestamp(ports::BlockingFile& file, std::uint64_t size, SegmentIndex& index);

}  // namespace millrace::log
