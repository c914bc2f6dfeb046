#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "protocol/message.h"

namespace millrace::metadata {

// The value of a record in the metadata log: frame version 1, type, version, then the message.

// A value taken apart. `message` points into it.
struct Frame {
  std::uint32_t type = 0;
  std::int16_t version = 0;
  Bytes message;
};

// Error::truncated when the bytes end too early, Error::unsupported for another frame version, Error::corrupt for
// numbers that no type or version can have.
Result<Frame> parse_frame(Bytes value);

namespace detail {
Buffer frame_of(std::int16_t type, std::int16_t version, std::size_t message_size, std::size_t& message_at);
}

// The value for `message` in `version`. Precondition: the version is one of the message's.
template <protocol::Message T>
Buffer frame_record(const T& message, std::int16_t version) {
  std::size_t at = 0;
  Buffer value = detail::frame_of(T::kType, version, protocol::encoded_size(message, version), at);
  protocol::Writer out(value.writable().subspan(at));
  encode(out, version, message);
  return value;
}

}  // namespace millrace::metadata
