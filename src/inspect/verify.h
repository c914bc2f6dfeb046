#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/file.h"

namespace millrace::inspect {

// Something in a log directory that a well-behaved server would not have left, or that was damaged since.
struct Finding {
  std::string file;
  std::uint64_t position = 0;  // in the file
  Offset offset = kNoOffset;   // kNoOffset: none belongs to it
  std::string what;
  std::string text() const;    // one line, without its end
};

struct Verified {
  std::vector<Finding> findings;  // by file
  std::size_t partitions = 0;
  std::uint64_t batches = 0;
};

// Reads every file of a log directory, or of one partition's directory, and compares them with each other: checksums
// and offsets of batches; indexes, aborted transactions, producer snapshots and leader epochs with a scan of the log;
// checkpoints with its end. After a clean stop (the marker is there) indexes and checkpoints must be complete, after a
// crash only right. Changes nothing. A job; nobody may write there meanwhile. Error::not_found, Error::io.
Result<Verified> verify_directory(ports::BlockingFiles& files, const std::string& directory);

}  // namespace millrace::inspect
