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

// What the arrays of one message may take in memory while it is decoded: some more than their bytes in the frame, since
// a struct is larger than its least encoding, but bounded whatever counts a hostile frame claims.
inline constexpr std::size_t kDecodedBytesBase = 1 << 20;
inline constexpr std::size_t kDecodedBytesPerFrameByte = 8;
inline constexpr std::size_t kDecodedBytesMax = 128 << 20;

}  // namespace millrace::protocol
