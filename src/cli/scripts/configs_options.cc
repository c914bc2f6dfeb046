// The options of kafka-configs, and what they mean.
#include <algorithm>
#include <array>

#include "cli/scripts/configs.h"
#include "runtime/address.h"

namespace millrace::cli {
namespace {

using client::ConfigResourceType;
using client::ConfigSource;

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"bootstrap-controller", "HOST:PORT", "A controller instead"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"alter", "", "Change settings"},
    {"describe", "", "Show settings"},
    {"all", "", "Show settings with their defaults too"},
    {"entity-type", "TYPE", "topics, clients, users, brokers, ips, client-metrics, groups or broker-loggers"},
    {"entity-name", "NAME", "The topic, client id, user, broker id, address, subscription or group"},
    {"entity-default", "", "The default of all clients, users, brokers or addresses"},
    {"topic", "NAME", "--entity-type topics --entity-name NAME"},
    {"client", "ID", "--entity-type clients --entity-name ID"},
    {"user", "NAME", "--entity-type users --entity-name NAME"},
    {"broker", "ID", "--entity-type brokers --entity-name ID"},
    {"broker-logger", "ID", "--entity-type broker-loggers --entity-name ID"},
    {"ip", "ADDRESS", "--entity-type ips --entity-name ADDRESS"},
    {"client-metrics", "NAME", "--entity-type client-metrics --entity-name NAME"},
    {"group", "ID", "--entity-type groups --entity-name ID"},
    {"client-defaults", "", "--entity-type clients --entity-default"},
    {"user-defaults", "", "--entity-type users --entity-default"},
    {"broker-defaults", "", "--entity-type brokers --entity-default"},
    {"ip-defaults", "", "--entity-type ips --entity-default"},
    {"add-config", "LIST", "name=value,name=[value,value]"},
    {"add-config-file", "FILE", "Settings to add, as a properties file"},
    {"delete-config", "LIST", "Names of settings to remove"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

// In the order in which Kafka takes the options.
constexpr auto kKinds = std::to_array<ConfigKind>({
    {"topics", "topic", "", ConfigResourceType::topic, ConfigSource::dynamic_topic},
    {"clients", "client", "client-defaults", std::nullopt, ConfigSource::unknown, "client-id"},
    {"users", "user", "user-defaults", std::nullopt, ConfigSource::unknown, "user"},
    {"brokers", "broker", "broker-defaults", ConfigResourceType::broker, ConfigSource::dynamic_broker},
    {"broker-loggers", "broker-logger", "", ConfigResourceType::broker_logger, ConfigSource::dynamic_broker_logger},
    {"ips", "ip", "ip-defaults", std::nullopt, ConfigSource::unknown, "ip"},
    {"client-metrics", "client-metrics", "", ConfigResourceType::client_metrics, ConfigSource::client_metrics},
    {"groups", "group", "", ConfigResourceType::group, ConfigSource::group},
});

// Whether a character may stand in the name of a topic or of a setting.
bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

Result<std::vector<ConfigEntity>, std::string> by_type(const Options& options) {
  std::vector<ConfigEntity> entities;
  for (const std::string& type : options.all("entity-type")) {
    const auto kind = std::ranges::find(kKinds, type, &ConfigKind::type);
    if (kind == kKinds.end()) {
      return fmt::format("Invalid entity type {}, the entity type must be one of topics, clients, users, brokers, ips, "
                         "client-metrics, groups, broker-loggers with a --bootstrap-server or --bootstrap-controller "
                         "argument",
                         type);
    }
    entities.push_back({&*kind, std::nullopt});
  }
  // Names belong to types in their order; a default to the type that is left.
  const auto names = options.all("entity-name");
  for (std::size_t i = 0; i < entities.size(); ++i) {
    if (i < names.size()) {
      entities[i].name = names[i];
    } else if (options.has("entity-default")) {
      entities[i].name = "";
    }
  }
  return entities;
}

std::vector<ConfigEntity> by_flag(const Options& options) {
  std::vector<ConfigEntity> entities;
  for (const ConfigKind& kind : kKinds) {
    if (const auto name = options.value(kind.flag)) entities.push_back({&kind, *name});
  }
  for (const ConfigKind& kind : kKinds) {
    if (!kind.defaults_flag.empty() && options.has(kind.defaults_flag)) entities.push_back({&kind, ""});
  }
  return entities;
}

std::optional<std::string> wrong_name(const ConfigEntity& entity) {
  if (!entity.name || entity.name->empty()) return std::nullopt;
  if (entity.kind->type.starts_with("broker") && !whole_number(*entity.name)) {
    return fmt::format("The entity name for {} must be a valid integer broker id, but it is: {}", entity.kind->type,
                       *entity.name);
  }
  if (entity.kind->type == "ips" && !runtime::addresses_to_connect({*entity.name, 0}).ok()) {
    return fmt::format("The entity name for ips must be a valid IP or resolvable host, but it is: {}", *entity.name);
  }
  return std::nullopt;
}

// Kafka's words for a name that no topic can have.
std::optional<std::string> wrong_topic_name(std::string_view name) {
  constexpr std::size_t kLongest = 249;
  if (name == "." || name == "..") return fmt::format("Topic name is invalid: '{}' is not allowed", name);
  if (name.size() > kLongest) {
    return fmt::format("Topic name is invalid: the length of '{}' is longer than the max allowed length {}", name,
                       kLongest);
  }
  if (std::ranges::all_of(name, plain)) return std::nullopt;
  return fmt::format("Topic name is invalid: '{}' contains one or more characters other than ASCII alphanumerics, '.', "
                     "'_' and '-'", name);
}

std::optional<std::string> wrong_description(const Options& options, const std::vector<ConfigEntity>& entities) {
  const ConfigEntity& entity = entities.front();
  const std::string_view type = entity.kind->type;
  const bool fallback = entity.name && entity.name->empty() && options.has("entity-default");
  if (fallback && entity.kind->defaults_flag.empty()) {
    return fmt::format("--entity-default must not be specified with --describe of {}", type);
  }
  if (type == "broker-loggers" && !entity.name) {
    return "An entity name must be specified with --describe of broker-loggers";
  }
  return type == "topics" && entity.name ? wrong_topic_name(*entity.name) : std::nullopt;
}

std::optional<std::string> wrong_alteration(const Options& options, const std::vector<ConfigEntity>& entities) {
  for (const ConfigEntity& entity : entities) {
    const bool of_one = entity.kind->defaults_flag.empty();  // there is no default of the kind
    if (entity.name && !(of_one && entity.name->empty())) continue;
    if (!entity.kind->defaults_flag.empty()) {
      return "An entity-name or default entity must be specified with --alter of users, clients, brokers or ips";
    }
    return fmt::format("An entity name must be specified with --alter of {}", entity.kind->type);
  }
  if (options.has("add-config") && options.has("add-config-file")) {
    return "Only one of --add-config or --add-config-file must be specified";
  }
  if (options.has("add-config") || options.has("add-config-file") || options.has("delete-config")) return std::nullopt;
  return "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter";
}

// "a=1,b=[x,y]": commas in brackets belong to the value.
Result<void, std::string> parse_additions(std::string_view text, std::vector<client::AlterConfig>& changes) {
  const std::string wrong = "requirement failed: Invalid entity config: all configs to be added must be in the format "
                            "\"key=val\" or  \"key=[val1,val2]\" to group values which contain commas.";
  if (text.empty()) return wrong;
  while (!text.empty()) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || text.find(',') < equals) return wrong;
    const bool bracket = text.substr(equals + 1).starts_with('[');
    const std::size_t close = bracket ? text.find(']', equals) : std::string_view::npos;
    const std::size_t end = std::min(text.find(',', close == std::string_view::npos ? equals : close), text.size());
    std::string_view value = text.substr(equals + 1, end - equals - 1);
    if (close != std::string_view::npos) value = text.substr(equals + 2, close - equals - 2);
    if (close == std::string_view::npos && value.find('=') != std::string_view::npos) return wrong;
    const auto name = split_list(text.substr(0, equals), '\0');
    changes.push_back({name.empty() ? "" : name.front(), std::string(value), client::AlterOperation::set});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

}  // namespace

std::span<const OptionSpec> config_options() { return kOptions; }

Result<std::vector<ConfigEntity>, std::string> config_entities(const Options& options) {
  auto entities = by_flag(options);
  const bool flags = !entities.empty();
  auto typed = by_type(options);
  if (!typed) return typed.error();
  entities.insert(entities.begin(), typed->begin(), typed->end());
  if (entities.empty()) return std::string("At least one entity type must be specified");
  std::vector<std::string_view> types;
  for (const ConfigEntity& entity : entities) types.push_back(entity.kind->type);
  std::ranges::sort(types);
  if (std::ranges::adjacent_find(types) != types.end()) {
    return fmt::format("Duplicate entity type(s) specified: {}", *std::ranges::adjacent_find(types));
  }
  if (types.size() > 1 && types != std::vector<std::string_view>{"clients", "users"}) {
    return std::string("Only 'users' and 'clients' entity types may be specified together");
  }
  if (flags && (options.has("entity-type") || options.has("entity-name") || options.has("entity-default"))) {
    return std::string("--entity-{type,name,default} should not be used in conjunction with specific entity flags");
  }
  for (const ConfigEntity& entity : entities) {
    if (auto line = wrong_name(entity)) return *std::move(line);
  }
  auto line = options.has("alter") ? wrong_alteration(options, entities) : wrong_description(options, entities);
  if (line) return *std::move(line);
  return entities;
}

Result<std::vector<client::AlterConfig>, std::string> config_changes(const Options& options) {
  std::vector<client::AlterConfig> changes;
  if (const auto path = options.value("add-config-file")) {
    client::AdminConfig file;
    if (const auto read = read_settings(*path, file); !read) return read.error().text;
    for (const auto& [name, value] : file.values()) changes.push_back({name, value, client::AlterOperation::set});
  }
  if (const auto text = options.value("add-config")) MR_TRY(parse_additions(*text, changes));
  for (const client::AlterConfig& change : changes) {
    if (std::ranges::all_of(change.name, plain)) continue;
    return fmt::format("Invalid character found for config key: {}", change.name);
  }
  for (const std::string& list : options.all("delete-config")) {
    for (const std::string& name : split_list(list)) {
      changes.push_back({name, std::nullopt, client::AlterOperation::remove});
    }
  }
  return changes;
}

}  // namespace millrace::cli
