#include <array>

#include "config/definition.h"
#include "config/layers.h"
#include "config/value.h"
#include "controller/config_rules.h"

namespace millrace::controller {
namespace {

using protocol::Errc;

// A setting of groups, and the server settings between which it must be; "" for no such bound.
struct Bounds {
  std::string_view name;
  std::string_view least;
  std::string_view most;
};
constexpr std::array kBounds = {
    Bounds{"consumer.heartbeat.interval.ms", "group.consumer.min.heartbeat.interval.ms",
           "group.consumer.max.heartbeat.interval.ms"},
    Bounds{"consumer.session.timeout.ms", "group.consumer.min.session.timeout.ms",
           "group.consumer.max.session.timeout.ms"},
    Bounds{"consumer.assignment.interval.ms", "group.consumer.min.assignment.interval.ms",
           "group.consumer.max.assignment.interval.ms"},
    Bounds{"share.heartbeat.interval.ms", "group.share.min.heartbeat.interval.ms",
           "group.share.max.heartbeat.interval.ms"},
    Bounds{"share.session.timeout.ms", "group.share.min.session.timeout.ms", "group.share.max.session.timeout.ms"},
    Bounds{"share.record.lock.duration.ms", "group.share.min.record.lock.duration.ms",
           "group.share.max.record.lock.duration.ms"},
    Bounds{"share.delivery.count.limit", "group.share.min.delivery.count.limit",
           "group.share.max.delivery.count.limit"},
    Bounds{"share.partition.max.record.locks", "group.share.min.partition.max.record.locks",
           "group.share.max.partition.max.record.locks"},
    Bounds{"share.assignment.interval.ms", "group.share.min.assignment.interval.ms",
           "group.share.max.assignment.interval.ms"},
    Bounds{"streams.heartbeat.interval.ms", "group.streams.min.heartbeat.interval.ms",
           "group.streams.max.heartbeat.interval.ms"},
    Bounds{"streams.session.timeout.ms", "group.streams.min.session.timeout.ms",
           "group.streams.max.session.timeout.ms"},
    Bounds{"streams.num.standby.replicas", "", "group.streams.max.standby.replicas"},
    Bounds{"streams.assignment.interval.ms", "group.streams.min.assignment.interval.ms",
           "group.streams.max.assignment.interval.ms"},
};

// A session must outlast a heartbeat.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kSessions = {{
    {"consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"},
    {"share.session.timeout.ms", "share.heartbeat.interval.ms"},
    {"streams.session.timeout.ms", "streams.heartbeat.interval.ms"},
}};

std::int64_t group_value(const Context& context, std::string_view name, const config::Overrides& all) {
  const config::Value value = config::resolve(config::Scope::group, name, all, context.layers());
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr ? *number : 0;
}

std::optional<std::int64_t> server_value(const Context& context, std::string_view name) {
  if (config::find_definition(config::Scope::broker, name) == nullptr) return std::nullopt;
  const config::Value value = context.server.value(name);
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

Refusal refuse(std::string message) { return {Errc::invalid_config, std::move(message)}; }

}  // namespace

Refusal check_group_configs(const Context& context, const config::Overrides& all) {
  for (const auto& [name, text] : all) {
    const auto* definition = config::find_definition(config::Scope::group, name);
    if (definition == nullptr) return refuse("Unknown group config name: " + name);
    const auto parsed = config::parse_value(*definition, text);
    if (!parsed.ok()) return refuse(parsed.error().reason);
  }
  for (const auto& [name, least, most] : kBounds) {
    const std::int64_t value = group_value(context, name, all);
    if (const auto bound = server_value(context, least); bound && value < *bound) {
      return refuse(std::string(name) + " must be greater than or equal to " + std::string(least));
    }
    if (const auto bound = server_value(context, most); bound && value > *bound) {
      return refuse(std::string(name) + " must be less than or equal to " + std::string(most));
    }
  }
  for (const auto& [session, heartbeat] : kSessions) {
    if (group_value(context, session, all) <= group_value(context, heartbeat, all)) {
      return refuse(std::string(session) + " must be greater than " + std::string(heartbeat));
    }
  }
  return {};
}

}  // namespace millrace::controller
