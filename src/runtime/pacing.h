#pragma once

#include <cstdint>

namespace millrace::runtime {

// Time for programs that measure and wait on a thread of their own; nothing on a shard may. Any thread.

// Microseconds on a clock that only goes on.
std::int64_t steady_us();
// Waits until steady_us() is `at`, if that is not over.
void sleep_until_us(std::int64_t at);

}  // namespace millrace::runtime
