#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::config {

inline constexpr std::string_view kMetadataVersion = "metadata.version";
inline constexpr std::string_view kKRaftVersion = "kraft.version";
// 3.3-IV3 and 4.3-IV0: the lowest and the highest metadata.version that is offered. Higher ones are not released.
inline constexpr std::int16_t kMinMetadataVersion = 7;
inline constexpr std::int16_t kMaxMetadataVersion = 30;

// One level of one feature (KIP-584), as spec/config/features.tsv defines it.
struct FeatureLevel {
  std::string_view feature;
  std::int16_t level;
  std::string_view name;           // "4.3-IV0", "TV_2"
  std::int16_t default_at;         // the lowest metadata.version that new clusters get this level with; -1 never
  std::int16_t needs;              // the lowest metadata.version this level may be used with; -1 any
  bool offered;                    // may be chosen
};

// A feature and its level.
struct Feature {
  std::string name;
  std::int16_t level = 0;
  friend bool operator==(const Feature&, const Feature&) = default;
};

// The levels of a feature that this server can work with, as ApiVersions tells clients.
struct FeatureRange {
  std::string_view name;
  std::int16_t min = 0;
  std::int16_t max = 0;
  friend bool operator==(const FeatureRange&, const FeatureRange&) = default;
};

// All levels, sorted by feature and level. Any thread.
std::span<const FeatureLevel> all_feature_levels();
// The level's definition; null when there is none, offered or not.
const FeatureLevel* find_feature_level(std::string_view feature, std::int16_t level);
// Every feature with its lowest and highest offered level, sorted by name.
std::vector<FeatureRange> supported_features();
// "4.3-IV0" for 30; "" for a level that is not known.
std::string_view metadata_version_name(std::int16_t level);

// The level named by `text`: "4.3-IV0", or a release such as "4.0", which means its highest level. Only offered ones.
// Otherwise a line that names them all.
Result<std::int16_t, std::string> parse_metadata_version(std::string_view text);

// The levels that a cluster gets when it is formatted with this metadata.version: metadata.version first, then the
// other features by name, those at level 0 left out. kraft.version is not among them: it is decided by the kind of
// quorum (kraft_version_for). Precondition: the level is an offered one.
std::vector<Feature> bootstrap_features(std::int16_t metadata_version);

// kraft.version of a new cluster: 1 with a quorum whose members are kept in the log, 0 with controller.quorum.voters.
inline std::int16_t kraft_version_for(bool static_voters) { return static_voters ? 0 : 1; }

}  // namespace millrace::config
