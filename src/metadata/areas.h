#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/uuid.h"

namespace millrace::metadata {

// Whom a quota is for: for each type of entity ("user", "client-id", "ip") a name, or nothing for the default of that
// type (KIP-546).
using QuotaEntity = std::map<std::string, std::optional<std::string>, std::less<>>;

// The quotas of one entity by key, such as "producer_byte_rate".
using Quotas = std::map<std::string, double, std::less<>>;

// Which credential of which user; `mechanism` as the protocol numbers it: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512 (KIP-554).
struct ScramKey {
  std::string user;
  std::int8_t mechanism = 0;
  friend auto operator<=>(const ScramKey&, const ScramKey&) = default;
};

// What a server must know to check a password, which cannot be told from it.
struct ScramImage {
  Buffer salt;
  Buffer stored_key;
  Buffer server_key;
  std::int32_t iterations = 0;
};

// One access rule, in the protocol's numbers (KIP-11).
struct AclImage {
  Uuid id;
  std::int8_t resource_type = 0;
  std::string resource_name;
  std::int8_t pattern_type = 0;
  std::string principal;
  std::string host;
  std::int8_t operation = 0;
  std::int8_t permission_type = 0;
  friend bool operator==(const AclImage&, const AclImage&) = default;
};

// A delegation token (KIP-48). Principals as "User:name". Its secret is not kept: it follows from the id.
struct TokenImage {
  std::string id;
  std::string owner;
  std::string requester;
  std::vector<std::string> renewers;
  WallTime issued = kNoTime;
  WallTime expires = kNoTime;
  WallTime expires_at_last = kNoTime;  // no renewal goes beyond
  friend bool operator==(const TokenImage&, const TokenImage&) = default;
};

}  // namespace millrace::metadata
