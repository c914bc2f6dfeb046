#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/common.h"

namespace millrace::client {

// Whom a quota is for: kinds ("user", "client-id", "ip") and names; none: the default of that kind.
using QuotaEntity = std::map<std::string, std::optional<std::string>>;
// What is allowed, by Kafka's names ("producer_byte_rate").
using QuotaValues = std::map<std::string, double>;

// One condition on entities: of this kind, with this name.
struct QuotaFilter {
  enum class Match : std::int8_t { exactly = 0, the_default = 1, any = 2 };
  std::string kind;
  Match match = Match::any;
  std::string name;  // with exactly
};

// New values for an entity; none: the value is removed.
struct QuotaChange {
  QuotaEntity entity;
  std::map<std::string, std::optional<double>> values;
};

// How a user proves a password (KIP-554).
enum class ScramMechanism : std::int8_t { unknown = 0, sha256 = 1, sha512 = 2 };

// What is known of a user's credential.
struct ScramCredential {
  ScramMechanism mechanism = ScramMechanism::unknown;
  std::int32_t iterations = 0;
};

// A credential that is set, or removed (without a password). The password is salted and hashed before it is sent.
struct ScramChange {
  std::string user;
  ScramMechanism mechanism = ScramMechanism::sha256;
  std::optional<std::string> password;
  std::int32_t iterations = 4096;  // of the hash; 4096 to 16384
  std::string salt;                // bytes; empty: drawn anew
};

}  // namespace millrace::client
