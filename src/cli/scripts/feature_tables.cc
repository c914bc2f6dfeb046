#include "cli/scripts/feature_tables.h"

#include <algorithm>
#include <array>
#include <limits>

#include "cli/options.h"
#include "config/value.h"

namespace millrace::cli {
namespace {

constexpr auto kOrder = std::to_array<std::string_view>({config::kKRaftVersion, "transaction.version", "group.version",
                                                         "eligible.leader.replicas.version", "share.version",
                                                         "streams.version"});
// 4.4-IV0 exists in Kafka 4.3 and cannot be used there.
constexpr std::string_view kUnreleased = ", 4.4-IV0";

}  // namespace

Result<config::Feature, std::string> parse_feature(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return fmt::format("Can't parse feature=level string {}: equals sign not found.", text);
  }
  const std::string level(config::trimmed(std::string_view(text).substr(equals + 1)));
  const auto number = whole_number(level);
  using Limits = std::numeric_limits<std::int16_t>;
  if (!number || *number < Limits::min() || *number > Limits::max()) {
    return fmt::format("Can't parse feature=level string {}: unable to parse {} as a short.", text, level);
  }
  return config::Feature{std::string(config::trimmed(std::string_view(text).substr(0, equals))),
                         static_cast<std::int16_t>(*number)};
}

Result<std::int16_t, std::string> parse_release(const std::string& text, Releases named) {
  if (const auto level = config::parse_metadata_version(text)) return *level;
  std::string names;
  for (const auto& known : config::all_feature_levels()) {
    if (known.feature != config::kMetadataVersion || !known.offered) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", known.name);
  }
  return fmt::format("Unknown metadata.version '{}'. Supported metadata.version are: {}{}", text, names,
                     named == Releases::all ? kUnreleased : "");
}

std::vector<config::Feature> features_of_release(std::int16_t metadata_version) {
  const auto defaults = config::bootstrap_features(metadata_version);
  std::vector<config::Feature> features{{std::string(config::kMetadataVersion), metadata_version}};
  for (const std::string_view name : kOrder) {
    const auto at = std::ranges::find(defaults, name, &config::Feature::name);
    std::int16_t level = at == defaults.end() ? std::int16_t{0} : at->level;
    if (name == config::kKRaftVersion) level = metadata_version >= config::find_feature_level(name, 1)->default_at;
    features.push_back({std::string(name), level});
  }
  return features;
}

Result<void, std::string> print_version_mapping(Console& console, const std::string& release) {
  const auto level = parse_release(release);
  if (!level) return level.error();
  for (const auto& feature : features_of_release(*level)) {
    const bool metadata = feature.name == config::kMetadataVersion;
    console.print("{}={}{}\n", feature.name, feature.level, metadata ? " (" + release + ")" : "");
  }
  return {};
}

Result<void, std::string> print_dependencies(Console& console, const config::Feature& feature,
                                             const std::string& unsupported) {
  const auto* known = config::find_feature_level(feature.name, feature.level);
  if (feature.name == config::kMetadataVersion) {
    if (known == nullptr) return fmt::format("Unknown metadata.version {}", feature.level);
    console.print("{}={} ({}) has no dependencies.\n", feature.name, feature.level, known->name);
    return {};
  }
  if (std::ranges::find(kOrder, feature.name) == kOrder.end()) return "Unknown feature: " + feature.name;
  if (known == nullptr) return unsupported;
  if (known->needs < 0) {
    console.print("{}={} has no dependencies.\n", feature.name, feature.level);
    return {};
  }
  console.print("{}={} requires:\n    {}={} ({})\n", feature.name, feature.level, config::kMetadataVersion,
                known->needs, config::metadata_version_name(known->needs));
  return {};
}

}  // namespace millrace::cli
