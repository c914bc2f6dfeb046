#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "config/features.h"
#include "controller/apis.h"
#include "protocol/gen/feature_level_record.h"
#include "protocol/gen/update_features.h"

namespace millrace::controller {
namespace {

using protocol::Errc;
using protocol::UpdateFeaturesRequest;
using protocol::UpdateFeaturesResponse;

constexpr std::int8_t kUpgrade = 1;
constexpr std::int8_t kUnsafeDowngrade = 3;

// The levels of metadata.version that brought new records or fields: below one of them, metadata could be lost.
constexpr std::array<std::int16_t, 10> kChangedMetadata = {7, 8, 11, 13, 14, 15, 17, 23, 30, 31};

Refusal refuse(std::string_view feature, std::int16_t level, std::string_view why) {
  return {Errc::invalid_update_version, "Invalid update version " + std::to_string(level) + " for feature " +
                                            std::string(feature) + ". " + std::string(why)};
}

std::string range_text(std::int16_t min, std::int16_t max) {
  return min == max ? std::to_string(min) : std::to_string(min) + "-" + std::to_string(max);
}

// Why somebody who works with these levels cannot work with `level`; "" if it can.
std::string lacking(const std::string& who, std::int16_t level, std::int16_t min, std::int16_t max) {
  if (level >= min && level <= max) return "";
  if (max == 0) return who + " does not support this feature.";
  return who + " only supports versions " + range_text(min, max);
}

template <typename Ranges>
std::string lacking(const std::string& who, const Ranges& ranges, std::string_view feature, std::int16_t level) {
  const auto found = std::find_if(ranges.begin(), ranges.end(), [&](const auto& r) { return r.name == feature; });
  return found == ranges.end() ? lacking(who, level, 0, 0) : lacking(who, level, found->min, found->max);
}

class Update {
 public:
  Update(const Context& context, const UpdateFeaturesRequest& request, Decision& decision)
      : context_(context), decision_(decision) {
    for (const auto& update : request.feature_updates) wanted_[update.feature] = {update.max_version_level,
                                                                                  update.upgrade_type};
  }

  // The first thing that is wrong is the answer for all.
  Refusal run() {
    for (const auto& [feature, level] : wanted_) {
      Refusal refusal = one(feature, level.max, level.upgrade_type);
      if (refusal.code != Errc::none) return refusal;
    }
    return {};
  }

 private:
  std::int16_t now(std::string_view feature) const {
    return feature == config::kKRaftVersion ? context_.image.kraft_version() : context_.image.feature(feature);
  }
  std::int16_t soon(std::string_view feature) const {
    const auto found = wanted_.find(feature);
    return found == wanted_.end() ? now(feature) : found->second.max;
  }

  Refusal one(std::string_view feature, std::int16_t level, std::int8_t type) {
    if (type < kUpgrade || type > kUnsafeDowngrade) {
      return refuse(feature, level, "The controller does not support the given upgrade type.");
    }
    if (level < 0) return refuse(feature, level, "A feature version cannot be less than 0.");
    if (const std::string why = unsupported(feature, level); !why.empty()) return refuse(feature, level, why);
    if (level < now(feature) && type == kUpgrade) {
      return refuse(feature, level,
                    "Can't downgrade the version of this feature without setting the upgrade type to either safe or "
                    "unsafe downgrade.");
    }
    if (level > now(feature) && type != kUpgrade) return refuse(feature, level, "Can't downgrade to a newer version.");
    if (feature == config::kMetadataVersion) return metadata_version(level, type);
    if (feature == config::kKRaftVersion) return kraft_version(level);
    const auto known = config::supported_features();
    if (std::ranges::find(known, feature, &config::FeatureRange::name) == known.end()) {
      return refuse(feature, level, "Feature " + std::string(feature) + " not found.");
    }
    if (const std::string why = dependency(feature, level); !why.empty()) return refuse(feature, level, why);
    record(feature, level);
    return {};
  }

  std::string unsupported(std::string_view feature, std::int16_t level) const {
    const std::string self = std::to_string(context_.self.value());
    std::string why = lacking("Local controller " + self, config::supported_features(), feature, level);
    for (const auto* broker : context_.image.brokers()) {
      if (!why.empty()) break;
      why = lacking("Broker " + std::to_string(broker->id.value()), broker->features, feature, level);
    }
    for (const auto* controller : context_.image.controllers()) {
      if (!why.empty()) break;
      if (controller->id == context_.self) continue;
      why = lacking("Controller " + std::to_string(controller->id.value()), controller->features, feature, level);
    }
    return why;
  }

  Refusal metadata_version(std::int16_t level, std::int8_t type) {
    const std::int16_t before = now(config::kMetadataVersion);
    if (level < before) {
      const bool loses = std::any_of(kChangedMetadata.begin(), kChangedMetadata.end(),
                                     [&](std::int16_t changed) { return changed > level && changed <= before; });
      if (loses) {
        const bool unsafe = type == kUnsafeDowngrade;
        return {Errc::invalid_update_version,
                "Unsupported metadata.version downgrade from " + std::to_string(before) + " to " +
                    std::to_string(level) + ". " +
                    (unsafe ? "Unsafe metadata downgrade is not supported in this version."
                            : "Refusing to perform the requested downgrade because it might delete metadata "
                              "information.")};
      }
    }
    record(config::kMetadataVersion, level);
    return {};
  }

  // From level 1 on the log says who votes, instead of the settings of every node; there is no way back.
  Refusal kraft_version(std::int16_t level) {
    if (level == context_.image.kraft_version()) return {};
    if (level < context_.image.kraft_version()) {
      return refuse(config::kKRaftVersion, level, "Can't downgrade the version of this feature.");
    }
    decision_.keeps_voters = true;
    return {};
  }

  std::string dependency(std::string_view feature, std::int16_t level) const {
    const config::FeatureLevel* definition = config::find_feature_level(feature, level);
    if (definition == nullptr || definition->needs < 0 || soon(config::kMetadataVersion) >= definition->needs) {
      return "";
    }
    return std::string(feature) + " could not be set to " + std::to_string(level) +
           " because it depends on metadata.version level " + std::to_string(definition->needs);
  }

  void record(std::string_view feature, std::int16_t level) {
    protocol::FeatureLevelRecord record;
    record.name = feature;
    record.feature_level = level;
    decision_.record(record, 0);
  }

  const Context& context_;
  Decision& decision_;
  struct Level {
    std::int16_t max;
    std::int8_t upgrade_type;
  };
  std::map<std::string_view, Level> wanted_;  // of a feature that is named twice, the last
};

Buffer answer(const UpdateFeaturesRequest& request, const Refusal& refusal, std::int16_t version) {
  UpdateFeaturesResponse response;
  response.error_code = protocol::to_wire(refusal.code);
  if (refusal.code == Errc::none) {
    response.error_message = std::nullopt;
    if (version <= 1) {
      for (const auto& update : request.feature_updates) {
        auto& result = response.results.emplace_back();
        result.feature = update.feature;
        result.error_message = "NONE";  // as Kafka's
      }
    }
    return protocol::encode_body(response, version);
  }
  const std::string message =
      "The update failed for all features since the following feature had an error: " + refusal.message;
  response.error_message = message;
  return protocol::encode_body(response, version);
}

}  // namespace

// KIP-584, KIP-1022. All levels are changed or none.
Result<Decision> decide_update_features(const Context& context, std::int16_t version, Bytes body) {
  UpdateFeaturesRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  const Refusal refusal = Update(context, request, decision).run();
  if (refusal.code != Errc::none || request.validate_only) decision = Decision();
  decision.response = answer(request, refusal, version);
  return decision;
}

Buffer refuse_update_features(std::int16_t version, Bytes body, Errc code) {
  UpdateFeaturesRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  UpdateFeaturesResponse response;
  response.error_code = protocol::to_wire(code);
  response.error_message = std::nullopt;
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
