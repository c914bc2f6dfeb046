#pragma once

#include <chrono>
#include <string>

#include "cli/scripts/script.h"

// What the two perf tests share.
namespace millrace::cli {

// Milliseconds on a clock that only goes on.
inline std::int64_t steady_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

inline constexpr double kMegabyte = 1024.0 * 1024.0;

// Waits until `count` things are due at `rate` a second, counted from `start_ms`. No rate, or a negative one: at once.
void keep_rate(std::int64_t start_ms, std::int64_t count, double rate);

}  // namespace millrace::cli
