#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::protocol {

// A string's length in bytes, whatever its encoding.
inline constexpr std::size_t kMaxStringBytes = 32767;

// Tagged fields in one section. Kafka knows no bound; a message has a handful.
inline constexpr std::uint32_t kMaxTags = 1024;

// How deep structs nest within one message: the definitions are held to it, so the decoders need not count.
inline constexpr std::size_t kMaxNesting = 8;

}  // namespace millrace::protocol
