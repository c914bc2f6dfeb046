#pragma once

#include <cstdint>

#include "runtime/pacing.h"

// What the two perf tests share.
namespace millrace::cli {

// Milliseconds on a clock that only goes on.
inline std::int64_t steady_ms() { return runtime::steady_us() / 1000; }

inline constexpr double kMegabyte = 1024.0 * 1024.0;

}  // namespace millrace::cli
