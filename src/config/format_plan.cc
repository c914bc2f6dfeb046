#include "config/format_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace millrace::config {
namespace {

using Check = Result<void, std::string>;

Check check_quorum(const ServerConfig& config, const FormatRequest& request) {
  const bool configured = request.quorum == FormatRequest::Quorum::as_configured;
  if (request.quorum == FormatRequest::Quorum::standalone && !config.is_controller) {
    return std::string("only a controller begins a quorum, and process.roles is broker");
  }
  if (!configured && !config.quorum.voters.empty()) {
    return std::string(
        "controller.quorum.voters fixes the quorum; take it out and set controller.quorum.bootstrap.servers, or format "
        "without naming voters");
  }
  if (configured && config.is_controller && config.quorum.voters.empty()) {
    return std::string(
        "controller.quorum.voters is not set, so the first voters must be named: --standalone for this controller "
        "alone, "
        "or --no-initial-controllers for one that joins later");
  }
  return {};
}

Check check_feature(const Feature& feature, const FormatRequest& request) {
  if (feature.name == kMetadataVersion) {
    return std::string("metadata.version is given by --release-version, not as a feature");
  }
  std::string names;
  for (const auto& range : supported_features()) {
    if (range.name == kMetadataVersion) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", range.name);
    if (range.name != feature.name) continue;
    if (feature.level < range.min || feature.level > range.max) {
      return fmt::format("feature {}={} is not allowed: must be from {} to {}", feature.name, feature.level, range.min,
                         range.max);
    }
    const std::int16_t needs = find_feature_level(feature.name, feature.level)->needs;
    if (needs > request.metadata_version) {
      return fmt::format("feature {}={} is not allowed: it needs metadata.version {}, and {} is chosen", feature.name,
                         feature.level, metadata_version_name(needs), metadata_version_name(request.metadata_version));
    }
    return {};
  }
  return fmt::format("feature {} is not known; must be one of {}", feature.name, names);
}

// The defaults with the requested levels over them, in the defaults' order: metadata.version, then by name.
Result<std::vector<Feature>, std::string> choose_features(const FormatRequest& request, std::int16_t kraft_version) {
  std::vector<Feature> features = bootstrap_features(request.metadata_version);
  for (const auto& feature : request.features) {
    MR_TRY(check_feature(feature, request));
    if (feature.name == kKRaftVersion) {
      if (feature.level == kraft_version) continue;
      return fmt::format("feature kraft.version={} is not allowed: this quorum needs {}", feature.level, kraft_version);
    }
    std::erase_if(features, [&](const Feature& other) { return other.name == feature.name; });
    if (feature.level == 0) continue;
    const auto at = std::find_if(features.begin() + 1, features.end(),
                                 [&](const Feature& other) { return feature.name < other.name; });
    features.insert(at, feature);
  }
  return features;
}

Check check_formatted(const DirectoryFound& directory, const ServerConfig& config, const FormatRequest& request) {
  if (!request.skip_formatted) {
    return fmt::format("{}: is formatted already; --ignore-formatted leaves it as it is and formats the others",
                       directory.path);
  }
  const MetaProperties& meta = *directory.meta;
  if (meta.cluster_id != request.cluster_id) {
    return fmt::format("{}: belongs to cluster {}, not to {}", directory.path, meta.cluster_id, request.cluster_id);
  }
  if (meta.node_id != config.node_id) {
    return fmt::format("{}: belongs to node {}, but node.id is {}", directory.path, meta.node_id.value(),
                       config.node_id.value());
  }
  return {};
}

}  // namespace

std::vector<std::string> all_directories(const ServerConfig& config) {
  std::vector<std::string> paths = config.log_dirs;
  if (std::ranges::find(paths, config.metadata_log_dir) == paths.end()) paths.push_back(config.metadata_log_dir);
  return paths;
}

Result<FormatPlan, std::string> plan_format(const ServerConfig& config, const FormatRequest& request,
                                            const std::vector<DirectoryFound>& found, std::span<const Uuid> fresh_ids) {
  MR_ASSERT(fresh_ids.size() >= found.size());
  if (request.cluster_id.empty()) return std::string("the cluster id is empty; --cluster-id must name the cluster");
  MR_TRY(check_quorum(config, request));
  FormatPlan plan;
  plan.kraft_version = kraft_version_for(!config.quorum.voters.empty());
  auto features = choose_features(request, plan.kraft_version);
  if (!features.ok()) return features.error();
  plan.features = std::move(features).value();
  for (std::size_t i = 0; i < found.size(); ++i) {
    const DirectoryFound& directory = found[i];
    if (!directory.readable) return fmt::format("{}: cannot be read or created", directory.path);
    if (directory.meta) {
      MR_TRY(check_formatted(directory, config, request));
      continue;
    }
    MR_ASSERT(is_directory_id(fresh_ids[i]));
    plan.directories.push_back({directory.path, {request.cluster_id, config.node_id, fresh_ids[i]},
                                directory.path == config.metadata_log_dir});
  }
  std::stable_partition(plan.directories.begin(), plan.directories.end(),
                        [](const auto& directory) { return !directory.holds_metadata; });
  const bool metadata = !plan.directories.empty() && plan.directories.back().holds_metadata;
  if (metadata && request.quorum == FormatRequest::Quorum::standalone) {
    plan.first_voters = {
        {config.node_id, *plan.directories.back().meta.directory_id, config.network.advertised_controllers}};
  }
  if (metadata && request.quorum == FormatRequest::Quorum::named) {
    plan.first_voters = request.voters;
    const auto self = std::ranges::find(request.voters, config.node_id, &FirstVoter::node_id);
    if (self != request.voters.end()) plan.directories.back().meta.directory_id = self->directory_id;
  }
  return plan;
}

}  // namespace millrace::config
