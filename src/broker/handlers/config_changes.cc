#include "broker/handlers/config_changes.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "broker/handlers/config_resources.h"
#include "broker/log_levels.h"
#include "config/server_change.h"

namespace millrace::broker {
namespace {

using metadata::ResourceType;
using protocol::Errc;

Judgement refused(std::string message, Errc error = Errc::invalid_request) {
  return {true, error, std::move(message)};
}

// Empty when this server is meant.
std::string other_node(Broker& broker, std::string_view name, std::string_view wording) {
  const auto id = broker_number(name);
  if (!id) return fmt::format("Node id must be an integer, but it is: {}", name);
  if (NodeId(*id) == broker.self()) return {};
  return fmt::format(fmt::runtime(wording), broker.self().value(), name);
}

// What a list becomes. Unset, it begins with its default.
std::string edited_list(const config::Definition& definition, const config::Overrides& own,
                        const SettingChange& change) {
  const auto at = own.find(change.name);
  config::List list = config::split_list(at != own.end() ? at->second : std::string(definition.default_text));
  for (auto& entry : config::split_list(*change.value)) {
    const auto known = std::ranges::find(list, entry);
    if (change.kind == static_cast<std::int8_t>(ChangeKind::subtract)) {
      if (known != list.end()) list.erase(known);
    } else if (known == list.end()) {
      list.push_back(std::move(entry));
    }
  }
  return fmt::format("{}", fmt::join(list, ","));
}

// Applies one change to what is set; the error is an answer.
Judgement apply(const SettingChange& change, config::Overrides& own) {
  switch (static_cast<ChangeKind>(change.kind)) {
    case ChangeKind::set: own.insert_or_assign(std::string(change.name), std::string(*change.value)); return {};
    case ChangeKind::unset:
      if (const auto at = own.find(change.name); at != own.end()) own.erase(at);
      return {};
    case ChangeKind::append:
    case ChangeKind::subtract: break;
    default: return refused(fmt::format("Unknown operations type {}", change.kind));
  }
  const auto* definition = config::find_definition(config::Scope::broker, change.name);
  if (definition == nullptr) {
    return refused(fmt::format("Unknown config name: {}", change.name), Errc::invalid_config);
  }
  if (definition->type != config::Type::list_) {
    const bool append = change.kind == static_cast<std::int8_t>(ChangeKind::append);
    return refused(fmt::format("Config value {} is not allowed for config key: {}", append ? "append" : "subtract",
                               change.name),
                   Errc::invalid_config);
  }
  own.insert_or_assign(std::string(change.name), edited_list(*definition, own, change));
  return {};
}

Judgement judge_broker(Broker& broker, const ResourceChange& change, bool replaces) {
  const bool per_broker = !change.name.empty();
  if (per_broker) {
    std::string problem = other_node(broker, change.name, "Unexpected broker id, expected {}, but received {}");
    if (!problem.empty()) return refused(std::move(problem));
  }
  config::Overrides proposed;
  if (!replaces) proposed = broker.image()->configs({ResourceType::broker, std::string(change.name)});
  for (const SettingChange& setting : change.settings) {
    if (Judgement judgement = apply(setting, proposed); judgement.decided) return judgement;
  }
  auto checked = config::check_server_change(proposed, per_broker, server_layers(broker));
  if (!checked.ok()) return refused(checked.error());
  return {};
}

Judgement judge_level(const SettingChange& setting) {
  const auto no_logger = [&] {
    return refused(fmt::format("Logger {} does not exist!", setting.name), Errc::invalid_config);
  };
  switch (static_cast<ChangeKind>(setting.kind)) {
    case ChangeKind::set:
      if (!LogLevels::exists(setting.name)) return no_logger();
      if (LogLevels::is_level(*setting.value)) return {};
      return refused(fmt::format("Cannot set the log level of {} to {} as it is not a supported log level. Valid log "
                                 "levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN",
                                 setting.name, *setting.value),
                     Errc::invalid_config);
    case ChangeKind::unset:
      if (!LogLevels::exists(setting.name)) return no_logger();
      if (setting.name != kRootLogger) return {};
      return refused("Removing the log level of the root logger is not allowed");
    case ChangeKind::append: return refused("APPEND operation is not allowed for the BROKER_LOGGER resource");
    case ChangeKind::subtract: return refused("SUBTRACT operation is not allowed for the BROKER_LOGGER resource");
  }
  return refused(fmt::format("Unknown operation type {}", setting.kind));
}

Judgement judge_loggers(Broker& broker, const ResourceChange& change) {
  std::string problem = other_node(broker, change.name, "Unexpected node id. Expected {}, but received {}.");
  if (!problem.empty()) return refused(std::move(problem));
  for (const SettingChange& setting : change.settings) {
    if (Judgement judgement = judge_level(setting); judgement.decided) return judgement;
  }
  return {true, Errc::none, {}};
}

// What is wrong with a request of any type of resource; empty when nothing is.
std::string misshapen(const ResourceChange& change) {
  std::set<std::string_view> names;
  for (const SettingChange& setting : change.settings) {
    if (!names.insert(setting.name).second) return "Error due to duplicate config keys";
  }
  std::string nulls;
  for (const SettingChange& setting : change.settings) {
    if (setting.value || setting.kind == static_cast<std::int8_t>(ChangeKind::unset)) continue;
    nulls += fmt::format("{}{}", nulls.empty() ? "" : ", ", setting.name);
  }
  return nulls.empty() ? nulls : "Null value not supported for : " + nulls;
}

Judgement judge_one(Broker& broker, const ResourceChange& change, bool replaces) {
  if (std::string problem = misshapen(change); !problem.empty()) return refused(std::move(problem));
  switch (static_cast<ResourceType>(change.type)) {
    case ResourceType::broker: return judge_broker(broker, change, replaces);
    case ResourceType::broker_logger:
      if (!replaces) return judge_loggers(broker, change);
      break;
    case ResourceType::topic:
    case ResourceType::client_metrics:
    case ResourceType::group: return {};
  }
  return refused(fmt::format("Unknown resource type {}", change.type));
}

struct Level {
  std::string logger;
  std::optional<std::string> level;  // nothing: the root's
};

void take(Broker& broker, const std::vector<Level>& levels) {
  for (const Level& level : levels) {
    if (level.level) {
      broker.log_levels().set(level.logger, *level.level);
    } else {
      broker.log_levels().unset(level.logger);
    }
  }
  broker.shard().log.set_least(broker.log_levels().least());
}

}  // namespace

std::vector<Judgement> judge(Broker& broker, const std::vector<ResourceChange>& changes, bool replaces) {
  std::vector<Judgement> judgements;
  for (const ResourceChange& change : changes) {
    const auto same = std::ranges::count_if(changes, [&](const ResourceChange& other) {
      return other.type == change.type && other.name == change.name;
    });
    judgements.push_back(same > 1 ? refused("Each resource must appear at most once.")
                                  : judge_one(broker, change, replaces));
  }
  return judgements;
}

void set_loggers(Broker& broker, const std::vector<ResourceChange>& changes, const std::vector<Judgement>& judgements,
                 Task done) {
  std::vector<Level> levels;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (static_cast<ResourceType>(changes[i].type) != ResourceType::broker_logger) continue;
    if (judgements[i].error != Errc::none) continue;
    for (const SettingChange& setting : changes[i].settings) {
      const bool set = setting.kind == static_cast<std::int8_t>(ChangeKind::set);
      levels.push_back({std::string(setting.name), set ? std::optional(std::string(*setting.value)) : std::nullopt});
    }
  }
  if (levels.empty()) return done();
  auto left = std::make_shared<std::uint32_t>(broker.shard().count);
  auto all = std::make_shared<Task>(std::move(done));
  for (std::uint32_t i = 0; i < broker.shard().count; ++i) {
    broker.crossing().ask<bool>(
        ShardId(i),
        [levels](Broker& there, Callback<void(bool)> answer) {
          take(there, levels);
          answer(true);
        },
        [left, all](bool) {
          if (--*left == 0) (*all)();
        });
  }
}

}  // namespace millrace::broker
