#pragma once

#include <cstddef>

namespace millrace::http {

// What a request may take of this server's memory.
inline constexpr std::size_t kHeadMax = 16 * 1024;
inline constexpr std::size_t kBodyMax = 1024 * 1024;
// Received, and not yet looked at because the request before has no answer yet.
inline constexpr std::size_t kAheadMax = 64 * 1024;

}  // namespace millrace::http
