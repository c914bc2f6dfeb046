#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "client/request.h"
#include "protocol/gen/api_versions.h"

namespace millrace::client {

// Which versions of which APIs one broker offers, as it said on this connection.
class BrokerVersions {
 public:
  BrokerVersions() = default;
  explicit BrokerVersions(const protocol::ApiVersionsResponse& response);

  // The newest version that both know, within `wanted`. `broker` names it in the error (unsupported_version).
  Result<std::int16_t> choose(protocol::ApiKey api, VersionRange wanted, std::string_view broker) const;
  // The newest version that the broker offers; nothing if it does not have the API.
  std::optional<VersionRange> offered(protocol::ApiKey api) const;

 private:
  std::vector<std::optional<VersionRange>> by_key_;
};

}  // namespace millrace::client
