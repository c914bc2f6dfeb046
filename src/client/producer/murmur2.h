#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace millrace::client {

// The 32-bit MurmurHash2 with the seed that Kafka's producers use, so that a key has the same partition from every
// client. Any thread.
std::uint32_t murmur2(Bytes key);

// The partition of a key among `partitions` (at least 1).
inline std::int32_t partition_of_key(Bytes key, std::int32_t partitions) {
  return static_cast<std::int32_t>(murmur2(key) & 0x7fffffffU) % partitions;
}

}  // namespace millrace::client
