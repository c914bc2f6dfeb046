#include "config/durability.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace millrace::config {
namespace {

constexpr std::string_view kServerMessages = "log.flush.interval.messages";
constexpr std::string_view kServerMillis = "log.flush.interval.ms";

std::optional<std::string> found(const Overrides& map, std::string_view name) {
  const auto at = map.find(name);
  return at == map.end() ? std::nullopt : std::optional(at->second);
}
std::optional<std::string> found(const Settings& map, std::string_view name) {
  const auto at = map.find(name);
  return at == map.end() ? std::nullopt : std::optional(at->second.text);
}

// What one level says; nothing when it is silent.
template <typename Map>
std::optional<DurabilityRule> level(const Map* map, Source source, std::string_view messages, std::string_view millis) {
  if (map == nullptr) return std::nullopt;
  if (const auto value = found(*map, messages)) {
    const bool one = parse_whole(trimmed(*value)) == 1;
    return DurabilityRule{one ? Acknowledge::from_disk : Acknowledge::from_memory, source, std::string(messages),
                          *value};
  }
  if (const auto value = found(*map, millis)) {
    return DurabilityRule{Acknowledge::from_memory, source, std::string(millis), *value};
  }
  return std::nullopt;
}

}  // namespace

std::string DurabilityRule::text() const {
  const std::string_view what = mode == Acknowledge::from_disk
                                    ? "acknowledged means on disk"
                                    : "acknowledged from memory and flushed later, as Kafka does";
  if (source == Source::built_in) return fmt::format("{} (no flush setting says otherwise)", what);
  return fmt::format("{} (because of {}={})", what, setting, value);
}

bool is_internal_topic(std::string_view topic) {
  constexpr std::array<std::string_view, 3> kInternal{"__consumer_offsets", "__transaction_state",
                                                      "__share_group_state"};
  return std::ranges::find(kInternal, topic) != kInternal.end();
}

DurabilityRule default_durability(const ServerLayers& servers) {
  if (auto rule = level(servers.dynamic_broker, Source::dynamic_broker, kServerMessages, kServerMillis)) return *rule;
  if (auto rule = level(servers.dynamic_default, Source::dynamic_default, kServerMessages, kServerMillis)) return *rule;
  if (auto rule = level(servers.fixed, Source::fixed, kServerMessages, kServerMillis)) return *rule;
  return {};
}

DurabilityRule durability_of(std::string_view topic, const Overrides& topic_overrides, const ServerLayers& servers) {
  if (topic == "__cluster_metadata") return {};
  if (auto rule = level(&topic_overrides, Source::resource, "flush.messages", "flush.ms")) return *rule;
  return is_internal_topic(topic) ? DurabilityRule{} : default_durability(servers);
}

}  // namespace millrace::config
