#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"

namespace millrace {

// SHA-2 (FIPS 180-4) and HMAC (RFC 2104): for SCRAM and for names that are digests. Not for passwords as such: those go
// through many rounds first. Any thread.
enum class Digest : std::uint8_t { sha256, sha512 };

// 32 or 64 bytes.
std::vector<std::byte> digest(Digest kind, Bytes data);
std::vector<std::byte> hmac(Digest kind, Bytes key, Bytes data);

}  // namespace millrace
