#pragma once

#include "ports/shard.h"

namespace millrace::runtime {

// What this process uses now, from the system's own accounts. Any thread.
ports::ProcessUsage process_usage();

}  // namespace millrace::runtime
