#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace millrace {

// Base-128 numbers, low groups first (protobuf's encoding, as Kafka uses it). Signed ones are zig-zag coded.
inline constexpr std::size_t kMaxVarintBytes = 5;
inline constexpr std::size_t kMaxVarlongBytes = 10;

constexpr std::uint32_t zigzag(std::int32_t value) {
  return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31);
}
constexpr std::uint64_t zigzag64(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int32_t unzigzag(std::uint32_t value) {
  return static_cast<std::int32_t>((value >> 1) ^ (0U - (value & 1U)));
}
constexpr std::int64_t unzigzag64(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (0ULL - (value & 1ULL)));
}

// How many bytes the plain encoding takes: 1 to 10.
constexpr std::size_t uvarint_size(std::uint64_t value) {
  std::size_t bytes = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++bytes;
  }
  return bytes;
}
constexpr std::size_t varint_size(std::int32_t value) { return uvarint_size(zigzag(value)); }
constexpr std::size_t varlong_size(std::int64_t value) { return uvarint_size(zigzag64(value)); }

// Writes the plain encoding; `to` must have uvarint_size(value) bytes. Returns how many it wrote.
std::size_t put_uvarint(std::byte* to, std::uint64_t value);
inline std::size_t put_varint(std::byte* to, std::int32_t value) { return put_uvarint(to, zigzag(value)); }
inline std::size_t put_varlong(std::byte* to, std::int64_t value) { return put_uvarint(to, zigzag64(value)); }

// Reads a plain number of at most 32 or 64 bits from the beginning of `from`. Returns how many bytes it took;
// 0 if the bytes end before the number does, or the number is longer than its type allows.
std::size_t get_uvarint(Bytes from, std::uint32_t& value);
std::size_t get_uvarint(Bytes from, std::uint64_t& value);
std::size_t get_varint(Bytes from, std::int32_t& value);
std::size_t get_varlong(Bytes from, std::int64_t& value);

}  // namespace millrace
