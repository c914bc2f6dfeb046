#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace millrace {

// CRC-32C (Castagnoli) of `bytes`, as record batches and producer snapshots carry it. `before` is the checksum of what
// stands in front of them, so that crc32c(b, crc32c(a)) is the checksum of a followed by b. Uses the widest
// instructions that the processor has.
std::uint32_t crc32c(Bytes bytes, std::uint32_t before = 0);

// One way to compute it. All give the same numbers; the tests hold them against each other.
struct Crc32cMethod {
  const char* name;
  std::uint32_t (*extend)(Bytes bytes, std::uint32_t before);
};
// The methods that this processor can run, slowest first; the last is the one that crc32c() uses.
std::vector<Crc32cMethod> crc32c_methods();

}  // namespace millrace
