// kafka-storage format: voters and features as its options have them.
#include "cli/scripts/format_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include "cli/scripts/feature_tables.h"

namespace millrace::cli {
namespace {

using Done = Result<void, std::string>;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// "1@example.com:8082:JEXY6aqzQY-32P5TStzaFg"; an address in brackets may have colons.
Result<config::FirstVoter, std::string> parse_voter(std::string_view text, const std::string& listener) {
  constexpr int kPortMax = 65535;
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return std::string("No @ found in dynamic voter string.");
  if (at == 0) return std::string("Invalid @ at beginning of dynamic voter string.");
  const auto id = number(text.substr(0, at));
  if (!id) return std::string("Failed to parse node id in dynamic voter string.");
  if (*id < 0) return fmt::format("Invalid negative node id {} in dynamic voter string.", *id);
  text.remove_prefix(at + 1);
  if (text.empty()) return std::string("No hostname found after node id.");
  const bool bracket = text.starts_with('[');
  std::size_t end = text.find(bracket ? ']' : ':');
  if (end == std::string_view::npos) {
    return std::string(bracket ? "Hostname began with left bracket, but no right bracket was found."
                               : "No colon following hostname could be found.");
  }
  const std::string host(bracket ? text.substr(1, end - 1) : text.substr(0, end));
  text.remove_prefix(bracket ? end + 1 : end);
  if (!text.starts_with(':')) return std::string("Port section must start with a colon.");
  text.remove_prefix(1);
  end = text.find(':');
  if (end == std::string_view::npos) return std::string("No colon following port could be found.");
  const auto port = number(text.substr(0, end));
  if (!port) return std::string("Failed to parse port in dynamic voter string.");
  if (*port < 0 || *port > kPortMax) return fmt::format("Invalid port {} in dynamic voter string.", *port);
  const auto directory = Uuid::parse(text.substr(end + 1));
  if (!directory) return std::string("Failed to parse directory ID in dynamic voter string.");
  return config::FirstVoter{NodeId(*id), *directory, {{listener, {host, static_cast<std::uint16_t>(*port)}}}};
}

Result<std::vector<config::FirstVoter>, std::string> parse_voters(const std::string& text,
                                                                  const config::ServerConfig& config) {
  const auto& listeners = config.network.advertised_controllers;
  const std::string listener = listeners.empty() ? "CONTROLLER" : listeners.front().name;
  std::vector<config::FirstVoter> voters;
  std::set<NodeId> ids;
  for (const std::string& part : split_list(text)) {
    if (part.empty()) continue;
    auto voter = parse_voter(part, listener);
    if (!voter) return voter.error();
    if (!ids.insert(voter->node_id).second) {
      return fmt::format("Node id {} was specified more than once.", voter->node_id.value());
    }
    voters.push_back(std::move(*voter));
  }
  if (voters.empty()) return std::string("No voters given.");
  return voters;
}

Done take_quorum(const Options& options, const config::ServerConfig& config, config::FormatRequest& request) {
  using Quorum = config::FormatRequest::Quorum;
  if (options.has("standalone")) request.quorum = Quorum::standalone;
  if (options.has("no-initial-controllers")) request.quorum = Quorum::joins_later;
  if (const auto named = options.value("initial-controllers")) {
    request.quorum = Quorum::named;
    auto voters = parse_voters(*named, config);
    if (!voters) return voters.error();
    request.voters = std::move(*voters);
  }
  if (request.quorum == Quorum::standalone && !config.is_controller) {
    return std::string("You can only use --standalone on a controller.");
  }
  if (!config.quorum.voters.empty() && (request.quorum == Quorum::standalone || request.quorum == Quorum::named)) {
    return std::string("You cannot specify controller.quorum.voters and format the node with --initial-controllers or "
                       "--standalone. If you want to use dynamic quorum, please remove controller.quorum.voters and "
                       "specify controller.quorum.bootstrap.servers instead.");
  }
  if (config.is_controller && config.quorum.voters.empty() && request.quorum == Quorum::as_configured) {
    return std::string("Because controller.quorum.voters is not set on this controller, you must specify one of the "
                       "following: --standalone, --initial-controllers, or --no-initial-controllers.");
  }
  return {};
}

// Whether the feature fits the chosen metadata.version and quorum.
Done check_feature(const config::Feature& feature, std::int16_t metadata_version, bool static_voters) {
  const auto ranges = config::supported_features();
  const auto range = std::ranges::find(ranges, feature.name, &config::FeatureRange::name);
  if (range == ranges.end()) {
    std::vector<std::string_view> names;
    for (const auto& known : ranges) {
      if (known.name != config::kMetadataVersion) names.push_back(known.name);
    }
    return fmt::format("Unsupported feature: {}. Supported features are: {}", feature.name, fmt::join(names, ", "));
  }
  if (feature.level < range->min || feature.level > range->max) {
    return fmt::format("No feature:{} with feature level {}", feature.name, feature.level);
  }
  if (feature.name == config::kKRaftVersion && feature.level != config::kraft_version_for(static_voters)) {
    if (feature.level == 0) {
      return std::string("Cannot set kraft.version to 0 if controller.quorum.voters is empty and one of the flags "
                         "--standalone, --initial-controllers, or --no-initial-controllers is used. For dynamic "
                         "controllers support, try removing the --feature flag for kraft.version.");
    }
    return fmt::format("Cannot set kraft.version to {} unless controller.quorum.voters is empty and one of the flags "
                       "--standalone, --initial-controllers, or --no-initial-controllers is used. For dynamic "
                       "controllers support, try using one of --standalone, --initial-controllers, or "
                       "--no-initial-controllers and removing controller.quorum.voters.", feature.level);
  }
  const std::int16_t needs = config::find_feature_level(feature.name, feature.level)->needs;
  if (needs <= metadata_version) return {};
  return fmt::format("{} could not be set to {} because it depends on metadata.version level {}", feature.name,
                     feature.level, needs);
}

Done take_features(const Options& options, const config::ServerConfig& config, config::FormatRequest& request) {
  const auto release = options.value("release-version");
  if (release) {
    const auto level = parse_release(*release, Releases::stable);
    if (!level) return level.error();
    request.metadata_version = *level;
  }
  for (const std::string& text : options.all("feature")) {
    auto feature = parse_feature(text);
    if (!feature) return feature.error();
    request.features.push_back(std::move(*feature));
  }
  for (const auto& feature : request.features) {
    if (feature.name != config::kMetadataVersion) continue;
    if (release) {
      return std::string("Use --release-version instead of --feature metadata.version=X to avoid ambiguity.");
    }
    if (config::metadata_version_name(feature.level).empty() || feature.level < config::kMinMetadataVersion ||
        feature.level > config::kMaxMetadataVersion) {
      return fmt::format("No MetadataVersion with feature level {}. Valid feature levels are from {} to {}.",
                         feature.level, config::kMinMetadataVersion, config::kMaxMetadataVersion + 1);
    }
    request.metadata_version = feature.level;
  }
  std::erase_if(request.features, [](const auto& feature) { return feature.name == config::kMetadataVersion; });
  for (const auto& feature : request.features) {
    MR_TRY(check_feature(feature, request.metadata_version, !config.quorum.voters.empty()));
  }
  return {};
}

}  // namespace

Result<config::FormatRequest, std::string> format_request(const Options& options, const config::ServerConfig& config) {
  config::FormatRequest request;
  request.cluster_id = *options.value("cluster-id");
  request.skip_formatted = options.has("ignore-formatted");
  MR_TRY(take_quorum(options, config, request));
  MR_TRY(take_features(options, config, request));
  return request;
}

}  // namespace millrace::cli
