#include "cli/scripts/java_order.h"

#include <bit>

namespace millrace::cli {

std::uint32_t java_hash(std::string_view key) {
  std::uint32_t hash = 0;
  for (const char c : key) hash = hash * 31 + static_cast<unsigned char>(c);
  return hash;
}

std::uint32_t java_hash(std::string_view topic, std::int32_t partition) {
  return (31 + static_cast<std::uint32_t>(partition)) * 31 + java_hash(topic);
}

std::size_t java_bucket(std::uint32_t hash, std::size_t buckets) { return (hash ^ (hash >> 16U)) & (buckets - 1); }

std::size_t java_buckets(std::size_t expected, std::size_t keys) {
  constexpr std::size_t kUsual = 16;
  std::size_t buckets = expected == 0 ? kUsual : std::bit_ceil(expected);
  while (keys * 4 > buckets * 3) buckets *= 2;
  return buckets;
}

}  // namespace millrace::cli
