#pragma once

#include <optional>
#include <string>
#include <vector>

#include "inspect/verify.h"

namespace millrace::inspect {

// How a partition's directory was left.
struct LeftAs {
  bool clean = false;     // by a clean stop: all files are complete
  bool served = true;     // not a deleted or stray replica, whose files nobody closes
  bool sparse = false;    // by millrace: the files beside an active segment may be missing after a crash
};

struct PartitionFacts {
  std::vector<Finding> findings;
  std::uint64_t batches = 0;
  Offset end{0};
  std::optional<Offset> damaged_at;  // the log cannot be read on from here
};

// Checks one partition's directory. Error::not_found, Error::io.
Result<PartitionFacts> verify_partition(ports::BlockingFiles& files, const std::string& directory, const LeftAs& left);

}  // namespace millrace::inspect
