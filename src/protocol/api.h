#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/gen/api_key.h"

namespace millrace::protocol {

// Bits of ApiInfo::listeners: which kind of node answers an API.
inline constexpr std::uint8_t kOnBroker = 1;
inline constexpr std::uint8_t kOnController = 2;

// One API as the definitions in spec/rpc know it; which of them a node offers is the node's own table.
struct ApiInfo {
  ApiKey key;
  std::string_view name;        // "Produce"
  std::int16_t min_version;
  std::int16_t max_version;     // below min_version: no version exists any more
  std::int16_t flexible_since;  // 32767: no version is flexible
  std::uint8_t listeners;       // kOnBroker | kOnController
  bool latest_unstable;         // max_version is not announced to clients

  // The newest version that may be announced.
  std::int16_t stable_version() const {
    return static_cast<std::int16_t>(latest_unstable ? max_version - 1 : max_version);
  }
  bool has_versions() const { return max_version >= min_version; }
  bool has(std::int16_t version) const { return version >= min_version && version <= max_version; }
};

// All APIs, by key from 0 without gaps.
std::span<const ApiInfo> all_apis();
// Null if Kafka has no such API.
const ApiInfo* find_api(std::int16_t key);
const ApiInfo* find_api(std::string_view name);
const ApiInfo& api_info(ApiKey key);

// The version of the header that stands before a request or response of this API and version. An unknown API gets that
// of a flexible one. ApiVersions always answers with response header 0: a client that does not know the answer's
// version must be able to read it (KIP-511).
std::int16_t request_header_version(std::int16_t api_key, std::int16_t api_version);
std::int16_t response_header_version(std::int16_t api_key, std::int16_t api_version);

}  // namespace millrace::protocol
