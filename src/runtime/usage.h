#pragma once

#include <cstdint>
#include <optional>

#include "ports/shard.h"

namespace millrace::runtime {

// What this process uses now, from the system's own accounts. Any thread.
ports::ProcessUsage process_usage();

// The CPU time that a process of this machine has used so far, in microseconds; nothing if there is none with this
// number. Any thread.
std::optional<std::int64_t> cpu_us_of(std::int64_t pid);

}  // namespace millrace::runtime
