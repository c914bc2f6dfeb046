#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace millrace {

// SHA-2 (FIPS 180-4) and HMAC (RFC 2104): for SCRAM and for names that are digests. Not for passwords as such: those go
// through many rounds first. Any thread.
enum class Digest : std::uint8_t { sha256, sha512 };

// 32 or 64 bytes.
std::vector<std::byte> digest(Digest kind, Bytes data);
std::vector<std::byte> hmac(Digest kind, Bytes key, Bytes data);
// PBKDF2 (RFC 8018) for one block: the hash of a password, made slow by `rounds` (from 1). SCRAM's Hi().
std::vector<std::byte> stretched(Digest kind, Bytes password, Bytes salt, std::uint32_t rounds);

}  // namespace millrace
