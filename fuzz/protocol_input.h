#pragma once

#include <cstddef>
#include <cstdint>

// How the input of fuzz_protocol is laid out: two bytes choose the decoder (modulo their number), one the version
// (modulo the message's versions), the rest is what is decoded. Decoders are all_messages() with versions, in order,
// then the framings.
namespace millrace::fuzz {

inline constexpr std::size_t kChoiceBytes = 3;

enum class Framing : std::uint8_t { request_header, metadata_value, group_key, count };

}  // namespace millrace::fuzz
