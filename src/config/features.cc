#include "config/features.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace millrace::config {

const FeatureLevel* find_feature_level(std::string_view feature, std::int16_t level) {
  for (const auto& known : all_feature_levels()) {
    if (known.feature == feature && known.level == level) return &known;
  }
  return nullptr;
}

std::vector<FeatureRange> supported_features() {
  std::vector<FeatureRange> ranges;
  for (const auto& known : all_feature_levels()) {
    if (!known.offered) continue;
    if (ranges.empty() || ranges.back().name != known.feature)
      ranges.push_back({known.feature, known.level, known.level});
    ranges.back().max = known.level;
  }
  return ranges;
}

std::string_view metadata_version_name(std::int16_t level) {
  const auto* known = find_feature_level(kMetadataVersion, level);
  return known == nullptr ? std::string_view() : known->name;
}

Result<std::int16_t, std::string> parse_metadata_version(std::string_view text) {
  std::int16_t found = -1;
  std::string names;
  for (const auto& known : all_feature_levels()) {
    if (known.feature != kMetadataVersion || !known.offered) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", known.name);
    const std::string_view release = known.name.substr(0, known.name.find('-'));
    if (known.name == text || release == text) found = known.level;
  }
  if (found < 0) return fmt::format("metadata.version {} is not known; it must be one of {}", text, names);
  return found;
}

std::vector<Feature> bootstrap_features(std::int16_t metadata_version) {
  const auto* version = find_feature_level(kMetadataVersion, metadata_version);
  MR_ASSERT(version != nullptr && version->offered);
  std::vector<Feature> features{{std::string(kMetadataVersion), metadata_version}};
  for (const auto& known : all_feature_levels()) {
    if (known.feature == kMetadataVersion || known.feature == kKRaftVersion || known.level == 0) continue;
    if (known.default_at < 0 || known.default_at > metadata_version) continue;
    if (features.back().name == known.feature) {
      features.back().level = known.level;
    } else {
      features.push_back({std::string(known.feature), known.level});
    }
  }
  return features;
}

}  // namespace millrace::config
