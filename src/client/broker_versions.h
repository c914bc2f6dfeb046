#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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
  // The level of a feature that the cluster has agreed on (KIP-584), 0 for none; and how new that knowledge is.
  std::int16_t finalized_feature(std::string_view name) const;
  std::int64_t features_epoch() const { return features_epoch_; }

 private:
  std::vector<std::optional<VersionRange>> by_key_;
  std::map<std::string, std::int16_t, std::less<>> features_;
  std::int64_t features_epoch_ = -1;
};

}  // namespace millrace::client
