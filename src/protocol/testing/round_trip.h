#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "protocol/schema.h"

// The generated codec of any message, reached through its definition: for tests and fuzzing over all of them.
namespace millrace::protocol::testing {

struct RoundTrip {
  std::size_t bytes_left = 0;         // behind the message
  std::vector<std::byte> copied;      // encoded again into one buffer
  std::vector<std::byte> gathered;    // the pieces of the gather form, put together
  bool fits = false;                  // representable() in the version it came in
};

// Decodes `bytes` with the message's C++ type and encodes it again in the same version.
Result<RoundTrip> round_trip(const MessageSchema& message, std::int16_t version, Bytes bytes);

// The encoding of the message's C++ type with all members as they are initialised.
std::vector<std::byte> encode_default(const MessageSchema& message, std::int16_t version);

// How many messages have a codec.
std::size_t codec_count();

}  // namespace millrace::protocol::testing
