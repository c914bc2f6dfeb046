#include "coordinator/partition_choice.h"

#include <cstddef>

#include "base/assert.h"

namespace millrace::coordinator {

namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

// The code point that begins at `at`, and moves `at` behind it.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4 || text.size() - at < static_cast<std::size_t>(more)) return kReplacement;
  std::uint32_t point = first & (0x3fU >> more);
  for (int i = 0; i < more; ++i) {
    const std::uint8_t next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xc0) != 0x80) return kReplacement;
    point = (point << 6) | (next & 0x3fU);
  }
  at += static_cast<std::size_t>(more);
  return point;
}

}  // namespace

std::int32_t java_string_hash(std::string_view utf8) {
  std::uint32_t hash = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::uint32_t point = next_code_point(utf8, at);
    if (point < 0x10000) {
      hash = 31 * hash + point;
    } else {
      hash = 31 * hash + (0xd800 + ((point - 0x10000) >> 10));
      hash = 31 * hash + (0xdc00 + ((point - 0x10000) & 0x3ff));
    }
  }
  return static_cast<std::int32_t>(hash);
}

PartitionIndex partition_for(std::string_view key, std::int32_t count) {
  MR_ASSERT(count > 0);
  const std::int64_t hash = java_string_hash(key);
  if (hash == INT32_MIN) return PartitionIndex(0);
  return PartitionIndex(static_cast<std::int32_t>((hash < 0 ? -hash : hash) % count));
}

}  // namespace millrace::coordinator
