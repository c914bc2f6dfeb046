#pragma once

#include <string>
#include <vector>

#include "log/recovery.h"
#include "ports/file.h"

namespace millrace::log {

// In a job: removes from `directory` what belongs to no part of a recovered log. Those are index files without their
// segment, snapshots that the log does not reach, and all but the newest of the snapshots that no segment is named
// after. `entries`: of the directory; `snapshots`: the offsets of those in it. What cannot be removed stays.
void remove_orphans(ports::BlockingFiles& files, const std::string& directory,
                    const std::vector<ports::DirectoryEntry>& entries, const std::vector<Offset>& snapshots,
                    const RecoveredLog& log);

}  // namespace millrace::log
