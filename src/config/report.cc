#include "config/report.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace millrace::config {
namespace {

using Names = std::vector<std::string_view>;

// Settings of servers that stand for one thing in several units: where one of them is asked for, the values of all are
// looked at, in this order.
constexpr std::array<std::array<std::string_view, 3>, 4> kUnits = {{
    {"log.roll.ms", "log.roll.hours", ""},
    {"log.roll.jitter.ms", "log.roll.jitter.hours", ""},
    {"log.retention.ms", "log.retention.minutes", "log.retention.hours"},
    {"log.flush.interval.ms", "log.flush.scheduler.interval.ms", ""},
}};

// The part of "listener.name.NAME.SETTING" that is the setting; nothing for other names.
std::optional<std::string_view> without_listener(std::string_view name) {
  constexpr std::string_view kPrefix = "listener.name.";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const auto dot = name.find('.', kPrefix.size());
  if (dot == std::string_view::npos) return std::nullopt;
  return name.substr(dot + 1);
}

Names names_for(std::string_view name) {
  for (const auto& group : kUnits) {
    // The scheduler's interval is only a default of the other.
    const bool listed = std::ranges::find(group, name) != group.end();
    if (!listed || name == "log.flush.scheduler.interval.ms") continue;
    Names names(group.begin(), group.end());
    std::erase(names, "");
    return names;
  }
  if (const auto base = without_listener(name)) return {name, *base};
  return {name};
}

const Definition* definition_of(std::string_view name) {
  if (const auto* definition = find_definition(Scope::broker, name)) {
    return definition->plugin ? nullptr : definition;
  }
  const auto base = without_listener(name);
  return base ? find_definition(Scope::broker, *base) : nullptr;
}

bool is_secret(const Definition* definition) { return definition == nullptr || definition->secret(); }

std::optional<std::string> canonical(const Definition& definition, std::string_view text) {
  const auto value = parse_value(definition, text);
  return value.ok() ? value_text(value.value()) : std::optional(std::string(text));
}

// What is fixed at the start: node.id and broker.id are one number under two names.
std::optional<std::string> fixed_text(const ServerLayers& servers, std::string_view name) {
  if (servers.fixed == nullptr) return std::nullopt;
  auto at = servers.fixed->find(name);
  if (at == servers.fixed->end() && name == "broker.id") at = servers.fixed->find("node.id");
  if (at == servers.fixed->end() && name == "node.id") at = servers.fixed->find("broker.id");
  if (at == servers.fixed->end()) return std::nullopt;
  return at->second.text;
}

// Every value that the names have, layer by layer. As with Kafka, those before the first of `asked` itself are left
// out: so a topic's retention that is set by hours at the server shows no synonym at all.
std::vector<ReportedSynonym> chain(std::string_view asked, const Names& names, bool secret,
                                   const ServerLayers& servers) {
  std::vector<ReportedSynonym> all;
  const auto add = [&](std::string_view name, std::string text, ReportedSource source) {
    all.push_back({std::string(name), secret ? std::nullopt : std::optional(std::move(text)), source});
  };
  const auto add_layer = [&](const Overrides* layer, ReportedSource source) {
    if (layer == nullptr) return;
    for (const auto name : names) {
      if (const auto at = layer->find(name); at != layer->end()) add(name, at->second, source);
    }
  };
  add_layer(servers.dynamic_broker, ReportedSource::dynamic_broker);
  add_layer(servers.dynamic_default, ReportedSource::dynamic_default);
  for (const auto name : names) {
    if (auto text = fixed_text(servers, name)) add(name, std::move(*text), ReportedSource::fixed);
  }
  for (const auto name : names) {
    const auto* definition = find_definition(Scope::broker, name);
    if (definition == nullptr || definition->plugin || definition->presence != Default::value) continue;
    if (definition->dynamic_only) continue;
    add(name, value_text(default_value(*definition)).value_or(""), ReportedSource::built_in);
  }
  const auto first = std::ranges::find(all, asked, &ReportedSynonym::name);
  all.erase(all.begin(), first);
  return all;
}

bool always_listed(const Definition& definition) {
  return !definition.internal && !definition.ours && !definition.dynamic_only && !definition.plugin;
}

ReportedSetting server_setting(std::string_view name, const ServerLayers& servers) {
  ReportedSetting setting;
  setting.name = name;
  setting.definition = definition_of(name);
  setting.sensitive = is_secret(setting.definition);
  const auto* exact = find_definition(Scope::broker, name);
  setting.read_only = exact == nullptr || exact->update == Update::read_only;
  setting.synonyms = chain(name, names_for(name), setting.sensitive, servers);
  if (!setting.synonyms.empty()) setting.source = setting.synonyms.front().source;
  if (setting.sensitive) return setting;
  // The value is that of the name itself: of the nearest layer that has one.
  const auto own = chain(name, {name}, false, servers);
  if (!own.empty() && own.front().value) setting.value = canonical(*setting.definition, *own.front().value);
  return setting;
}

void add_names(const Overrides* layer, std::set<std::string, std::less<>>& names) {
  if (layer == nullptr) return;
  for (const auto& [name, text] : *layer) names.insert(name);
}

ReportedSetting resource_setting(const Definition& definition, const Overrides& own, const ServerLayers& servers) {
  ReportedSetting setting;
  setting.name = definition.name;
  setting.definition = &definition;
  setting.sensitive = definition.secret();
  if (!setting.sensitive) setting.value = value_text(resolve(definition.scope, definition.name, own, servers));
  const auto stand_ins = synonyms(definition.scope, definition.name);
  if (!stand_ins.empty()) {
    Names names;
    for (const auto& synonym : stand_ins) names.push_back(synonym.server_name);
    setting.synonyms = chain(names.front(), names, setting.sensitive, servers);
  }
  return setting;
}

void put_own_first(ReportedSetting& setting, const Overrides& own, ReportedSource source) {
  if (own.contains(setting.name)) {
    setting.synonyms.insert(setting.synonyms.begin(), {setting.name, setting.value, source});
  }
  if (!setting.synonyms.empty()) setting.source = setting.synonyms.front().source;
}

}  // namespace

std::vector<ReportedSetting> report_server(const ServerLayers& servers) {
  std::set<std::string, std::less<>> names;
  for (const auto& definition : definitions(Scope::broker)) {
    if (always_listed(definition)) names.emplace(definition.name);
  }
  add_names(servers.dynamic_broker, names);
  add_names(servers.dynamic_default, names);
  if (servers.fixed != nullptr) {
    for (const auto& [name, given] : *servers.fixed) names.insert(name);
  }
  std::vector<ReportedSetting> settings;
  settings.reserve(names.size());
  for (const auto& name : names) settings.push_back(server_setting(name, servers));
  return settings;
}

std::vector<ReportedSetting> report_all_servers(const Overrides& dynamic_default) {
  std::vector<ReportedSetting> settings;
  const ServerLayers servers{nullptr, &dynamic_default, nullptr};
  for (const auto& [name, text] : dynamic_default) {
    ReportedSetting setting = server_setting(name, servers);
    std::erase_if(setting.synonyms, [](const auto& synonym) {
      return synonym.source != ReportedSource::dynamic_default;
    });
    if (!setting.sensitive) setting.value = text;
    settings.push_back(std::move(setting));
  }
  return settings;
}

std::vector<ReportedSetting> report_topic(const Overrides& own, const ServerLayers& servers) {
  std::vector<ReportedSetting> settings;
  for (const auto& definition : definitions(Scope::topic)) {
    if (definition.internal && !own.contains(definition.name)) continue;
    ReportedSetting setting = resource_setting(definition, own, servers);
    put_own_first(setting, own, ReportedSource::topic);
    settings.push_back(std::move(setting));
  }
  return settings;
}

// A group's setting that no server setting stands in for names itself as where its default comes from.
std::vector<ReportedSetting> report_group(const Overrides& own, const ServerLayers& servers) {
  std::vector<ReportedSetting> settings;
  for (const auto& definition : definitions(Scope::group)) {
    if (definition.internal && !own.contains(definition.name)) continue;
    ReportedSetting setting = resource_setting(definition, own, servers);
    if (synonyms(Scope::group, definition.name).empty() && definition.presence == Default::value) {
      setting.synonyms.push_back(
          {setting.name, value_text(default_value(definition)), ReportedSource::built_in});
    }
    put_own_first(setting, own, ReportedSource::group);
    settings.push_back(std::move(setting));
  }
  return settings;
}

std::vector<ReportedSetting> report_client_metrics(const Overrides& own) {
  std::vector<ReportedSetting> settings;
  for (const auto& definition : definitions(Scope::client_metrics)) {
    ReportedSetting setting = resource_setting(definition, own, {});
    put_own_first(setting, own, ReportedSource::client_metrics);
    settings.push_back(std::move(setting));
  }
  return settings;
}

std::optional<std::string> documentation(const ReportedSetting& setting) {
  if (setting.definition == nullptr) return std::nullopt;
  if (!setting.definition->doc.empty()) return std::string(setting.definition->doc);
  return fmt::format("Must be {}. Accepted, stored and shown; this server has no use for it.",
                     allowed_values(*setting.definition));
}

std::int8_t reported_type(const Definition* definition) {
  if (definition == nullptr) return 0;
  switch (definition->type) {
    case Type::boolean_: return 1;
    case Type::string_: return 2;
    case Type::int_: return 3;
    case Type::short_: return 4;
    case Type::long_: return 5;
    case Type::double_: return 6;
    case Type::list_: return 7;
    case Type::class_: return 8;
    case Type::password_: return 9;
  }
  return 0;
}

}  // namespace millrace::config
