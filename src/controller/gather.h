#pragma once

#include "base/bytes.h"
#include "base/callback.h"
#include "base/result.h"
#include "log/partition_log.h"

namespace millrace::controller {

// Calls `done` with the bytes of a read in one buffer: at once if all of them are in memory, otherwise when their files
// are read. Error::truncated where a file is shorter than it was; otherwise the file's error. On the log's shard.
void gather(log::ReadPlan plan, Callback<void(Result<Buffer>)> done);

}  // namespace millrace::controller
