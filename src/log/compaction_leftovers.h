#pragma once

#include <string>

#include "base/result.h"
#include "ports/file.h"

namespace millrace::log {

// In a job: brings the segment files of `directory` into the state before or after a compaction that was interrupted,
// by Kafka's rules: what was still being written (.cleaned) goes, and a finished replacement (.swap) takes the place of
// the segments whose offsets it covers. Segments that wait for deletion (.deleted) go. Indexes of replaced segments go
// with them. Durable when it returns; may be interrupted anywhere and run again.
Status finish_compaction(ports::BlockingFiles& files, const std::string& directory);

}  // namespace millrace::log
