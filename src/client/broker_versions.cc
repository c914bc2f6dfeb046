#include "client/broker_versions.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::client {

BrokerVersions::BrokerVersions(const protocol::ApiVersionsResponse& response) : by_key_(protocol::all_apis().size()) {
  for (const auto& api : response.api_keys) {
    if (api.api_key < 0 || static_cast<std::size_t>(api.api_key) >= by_key_.size()) continue;
    by_key_[static_cast<std::size_t>(api.api_key)] = VersionRange{api.min_version, api.max_version};
  }
  features_epoch_ = response.finalized_features_epoch;
  for (const auto& feature : response.finalized_features) {
    features_.emplace(feature.name, feature.max_version_level);
  }
}

std::int16_t BrokerVersions::finalized_feature(std::string_view name) const {
  const auto at = features_.find(name);
  return at == features_.end() ? std::int16_t{0} : at->second;
}

std::optional<VersionRange> BrokerVersions::offered(protocol::ApiKey api) const {
  const auto key = static_cast<std::size_t>(api);
  return key < by_key_.size() ? by_key_[key] : std::nullopt;
}

Result<std::int16_t> BrokerVersions::choose(protocol::ApiKey api, VersionRange wanted, std::string_view broker) const {
  const protocol::ApiInfo& info = protocol::api_info(api);
  const auto theirs = offered(api);
  if (!theirs) {
    return local_error(Cause::unsupported_version,
                       fmt::format("{} does not offer {}; use a newer broker, or enable the feature there", broker,
                                   info.name));
  }
  const std::int16_t newest = std::min({wanted.max, theirs->max, info.max_version});
  const std::int16_t oldest = std::max({wanted.min, theirs->min, info.min_version});
  if (newest < oldest) {
    return local_error(Cause::unsupported_version,
                       fmt::format("{} offers versions {} to {} of {}, and this call needs {} to {}; use {} broker",
                                   broker, theirs->min, theirs->max, info.name, wanted.min, wanted.max,
                                   theirs->max < wanted.min ? "a newer" : "an older"));
  }
  return newest;
}

}  // namespace millrace::client
