#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/assert.h"

namespace millrace {

using Bytes = std::span<const std::byte>;    // read-only bytes that somebody else owns
using MutableBytes = std::span<std::byte>;   // writable bytes that somebody else owns

inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline bool same_bytes(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

// Big-endian numbers, as everything of Kafka's is stored. Precondition: sizeof(T) bytes are there.
template <typename T>
T load_be(const std::byte* from) {
  static_assert(std::is_integral_v<T>);
  std::make_unsigned_t<T> raw;
  std::memcpy(&raw, from, sizeof raw);
  if constexpr (sizeof raw == 2) raw = __builtin_bswap16(raw);
  if constexpr (sizeof raw == 4) raw = __builtin_bswap32(raw);
  if constexpr (sizeof raw == 8) raw = __builtin_bswap64(raw);
  return static_cast<T>(raw);
}
template <typename T>
void store_be(std::byte* to, T value) {
  auto raw = static_cast<std::make_unsigned_t<T>>(value);
  if constexpr (sizeof raw == 2) raw = __builtin_bswap16(raw);
  if constexpr (sizeof raw == 4) raw = __builtin_bswap32(raw);
  if constexpr (sizeof raw == 8) raw = __builtin_bswap64(raw);
  std::memcpy(to, &raw, sizeof raw);
}

// Bytes on the heap with shared ownership: a slice keeps the whole alive. The contents may be changed only while one
// owner uses it (a frame before it is handed on). Copying copies the reference. May be passed between shards.
class Buffer {
 public:
  Buffer() = default;
  // `size` bytes, not initialised.
  static Buffer allocate(std::size_t size) {
    return Buffer(std::shared_ptr<std::byte[]>(new std::byte[size]), 0, size);
  }
  static Buffer copy_of(Bytes bytes) {
    Buffer buffer = allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(buffer.data(), bytes.data(), bytes.size());
    return buffer;
  }

  std::byte* data() { return owner_.get() + begin_; }
  const std::byte* data() const { return owner_.get() + begin_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Bytes bytes() const { return {data(), size_}; }
  MutableBytes writable() { return {data(), size_}; }
  // The part that begins at `begin` and has `size` bytes. Precondition: it lies within this one.
  Buffer slice(std::size_t begin, std::size_t size) const {
    MR_ASSERT(begin <= size_ && size <= size_ - begin);
    return Buffer(owner_, begin_ + begin, size);
  }
  // The slice that shows `part`, which must point into this buffer.
  Buffer slice_of(Bytes part) const {
    return slice(static_cast<std::size_t>(part.data() - data()), part.size());
  }

 private:
  Buffer(std::shared_ptr<std::byte[]> owner, std::size_t begin, std::size_t size)
      : owner_(std::move(owner)), begin_(begin), size_(size) {}
  std::shared_ptr<std::byte[]> owner_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace millrace
