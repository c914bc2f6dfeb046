#include "client/producer/murmur2.h"

namespace millrace::client {
namespace {

constexpr std::uint32_t kSeed = 0x9747b28c;
constexpr std::uint32_t kMultiplier = 0x5bd1e995;
constexpr unsigned kShift = 24;

std::uint32_t byte_at(Bytes key, std::size_t at) { return static_cast<std::uint32_t>(key[at]); }

}  // namespace

std::uint32_t murmur2(Bytes key) {
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(key.size());
  std::size_t at = 0;
  for (; at + 4 <= key.size(); at += 4) {
    std::uint32_t word =
        byte_at(key, at) | byte_at(key, at + 1) << 8U | byte_at(key, at + 2) << 16U | byte_at(key, at + 3) << 24U;
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash = (hash * kMultiplier) ^ word;
  }
  const std::size_t left = key.size() - at;
  if (left == 3) hash ^= byte_at(key, at + 2) << 16U;
  if (left >= 2) hash ^= byte_at(key, at + 1) << 8U;
  if (left >= 1) {
    hash ^= byte_at(key, at);
    hash *= kMultiplier;
  }
  hash ^= hash >> 13U;
  hash *= kMultiplier;
  hash ^= hash >> 15U;
  return hash;
}

}  // namespace millrace::client
