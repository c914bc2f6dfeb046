#include "base/varint.h"

namespace millrace {
namespace {

template <typename T>
std::size_t get(Bytes from, T& value) {
  constexpr unsigned bits = sizeof(T) * 8;
  T result = 0;
  unsigned shift = 0;
  for (std::size_t i = 0; i < from.size() && shift < bits; ++i, shift += 7) {
    const auto group = static_cast<unsigned>(from[i]);
    result |= static_cast<T>(group & 0x7fU) << shift;
    if ((group & 0x80U) == 0) {
      value = result;
      return i + 1;
    }
  }
  return 0;
}

}  // namespace

std::size_t put_uvarint(std::byte* to, std::uint64_t value) {
  std::size_t n = 0;
  while (value >= 0x80) {
    to[n++] = static_cast<std::byte>(value | 0x80);
    value >>= 7;
  }
  to[n++] = static_cast<std::byte>(value);
  return n;
}

std::size_t get_uvarint(Bytes from, std::uint32_t& value) { return get(from, value); }
std::size_t get_uvarint(Bytes from, std::uint64_t& value) { return get(from, value); }

std::size_t get_varint(Bytes from, std::int32_t& value) {
  std::uint32_t raw = 0;
  const std::size_t n = get(from, raw);
  if (n != 0) value = unzigzag(raw);
  return n;
}

std::size_t get_varlong(Bytes from, std::int64_t& value) {
  std::uint64_t raw = 0;
  const std::size_t n = get(from, raw);
  if (n != 0) value = unzigzag64(raw);
  return n;
}

}  // namespace millrace
