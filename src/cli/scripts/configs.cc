// kafka-configs, of topics, brokers, groups and client-metrics subscriptions.
#include <algorithm>
#include <array>

#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"bootstrap-controller", "HOST:PORT", "A controller instead"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"alter", "", "Change settings"},
    {"describe", "", "Show settings"},
    {"all", "", "Show settings with their defaults too"},
    {"entity-type", "TYPE", "topics, brokers, groups or client-metrics"},
    {"entity-name", "NAME", "The topic, broker id, group or subscription"},
    {"entity-default", "", "The default of all brokers"},
    {"topic", "NAME", "--entity-type topics --entity-name NAME"},
    {"broker", "ID", "--entity-type brokers --entity-name ID"},
    {"broker-defaults", "", "--entity-type brokers --entity-default"},
    {"group", "ID", "--entity-type groups --entity-name ID"},
    {"client-metrics", "NAME", "--entity-type client-metrics --entity-name NAME"},
    {"add-config", "LIST", "name=value,name=[value,value]"},
    {"add-config-file", "FILE", "Settings to add, as a properties file"},
    {"delete-config", "LIST", "Names of settings to remove"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

struct Kind {
  std::string_view type;      // as --entity-type has it
  std::string_view singular;  // as the printed text has it, and the short option's name
  client::ConfigResourceType resource;
};
constexpr auto kKinds = std::to_array<Kind>({
    {"topics", "topic", client::ConfigResourceType::topic},
    {"brokers", "broker", client::ConfigResourceType::broker},
    {"groups", "group", client::ConfigResourceType::group},
    {"client-metrics", "client-metric", client::ConfigResourceType::client_metrics},
});

constexpr auto kSources = std::to_array<std::string_view>(
    {"UNKNOWN", "DYNAMIC_TOPIC_CONFIG", "DYNAMIC_BROKER_CONFIG", "DYNAMIC_DEFAULT_BROKER_CONFIG",
     "STATIC_BROKER_CONFIG", "DEFAULT_CONFIG", "DYNAMIC_BROKER_LOGGER_CONFIG", "DYNAMIC_CLIENT_METRICS_CONFIG",
     "GROUP_CONFIG"});

std::string_view source_name(client::ConfigSource source) {
  const auto index = static_cast<std::size_t>(source);
  return index < kSources.size() ? kSources[index] : kSources[0];
}

// Whose settings are meant. `name`: none for all of the kind; empty for the default.
struct Entity {
  const Kind* kind = nullptr;
  std::optional<std::string> name;
};

Entity entity_of(const Options& options) {
  Entity entity;
  for (const Kind& kind : kKinds) {
    const std::string_view option = kind.type == "client-metrics" ? kind.type : kind.singular;
    if (options.get("entity-type") == kind.type) entity.kind = &kind;
    if (const auto name = options.value(option)) entity = {&kind, *name};
  }
  if (options.has("broker-defaults")) entity = {&kKinds[1], ""};
  if (options.has("entity-default")) entity.name = "";
  if (const auto name = options.value("entity-name")) entity.name = *name;
  return entity;
}

// "a=1,b=[x,y]": commas in brackets belong to the value.
Result<std::vector<client::AlterConfig>, std::string> parse_additions(std::string_view text) {
  std::vector<client::AlterConfig> changes;
  while (!text.empty()) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      return fmt::format("Invalid entity config: all configs to be added must be in the format \"key=val\".");
    }
    const bool bracket = text.substr(equals + 1).starts_with('[');
    const std::size_t close = bracket ? text.find(']', equals) : std::string_view::npos;
    const std::size_t end = std::min(text.find(',', close == std::string_view::npos ? equals : close), text.size());
    std::string_view value = text.substr(equals + 1, end - equals - 1);
    if (close != std::string_view::npos) value = text.substr(equals + 2, close - equals - 2);
    const auto name = split_list(text.substr(0, equals), '\0');
    changes.push_back({name.empty() ? "" : name.front(), std::string(value), client::AlterOperation::set});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return changes;
}

class Configs {
 public:
  Configs(const Options& options, client::Admin& admin, Console& console, Entity entity)
      : options_(options), admin_(admin), console_(console), entity_(std::move(entity)) {}

  int describe();
  int alter();

 private:
  int failed(const client::Error& error) {
    console_.complain("Error while executing config command: {}: {}\n", java_name(error), plain_message(error));
    return 1;
  }
  client::Result<std::vector<std::string>> names();
  int describe_one(const std::string& name);
  bool shown(const client::ConfigEntry& entry, const std::string& name) const;
  bool default_of_brokers(const std::string& name) const {
    return name.empty() && entity_.kind->resource == client::ConfigResourceType::broker;
  }

  const Options& options_;
  client::Admin& admin_;
  Console& console_;
  Entity entity_;
};

client::Result<std::vector<std::string>> Configs::names() {
  using client::ConfigResourceType;
  std::vector<std::string> found;
  if (entity_.kind->resource == ConfigResourceType::topic) {
    const auto topics = admin_.list_topics(true).get();
    if (!topics) return topics.error();
    for (const auto& topic : *topics) found.push_back(topic.name);
    std::ranges::sort(found);
  } else if (entity_.kind->resource == ConfigResourceType::broker) {
    const auto cluster = admin_.describe_cluster().get();
    if (!cluster) return cluster.error();
    for (const auto& node : cluster->nodes) found.push_back(std::to_string(node.id));
    found.emplace_back();
  } else {
    const auto resources = admin_.list_config_resources({entity_.kind->resource}).get();
    if (!resources) return resources.error();
    for (const auto& resource : *resources) found.push_back(resource.name);
  }
  return found;
}

bool Configs::shown(const client::ConfigEntry& entry, const std::string& name) const {
  using client::ConfigSource;
  if (options_.has("all")) return true;
  switch (entity_.kind->resource) {
    case client::ConfigResourceType::topic: return entry.source == ConfigSource::dynamic_topic;
    case client::ConfigResourceType::broker:
      return entry.source == (name.empty() ? ConfigSource::dynamic_default_broker : ConfigSource::dynamic_broker);
    case client::ConfigResourceType::group: return entry.source == ConfigSource::group;
    default: return entry.source == ConfigSource::client_metrics;
  }
}

int Configs::describe_one(const std::string& name) {
  client::DescribeConfigsOptions with;
  with.synonyms = true;
  auto described = admin_.describe_configs({{entity_.kind->resource, name}}, with).get();
  if (!described) return failed(described.error());
  auto& result = described->front().result;
  if (!result) return failed(result.error());
  if (default_of_brokers(name)) {
    console_.out("Default configs for brokers in the cluster are:\n");
  } else {
    console_.print("{} configs for {} {} are:\n", options_.has("all") ? "All" : "Dynamic", entity_.kind->singular,
                   name);
  }
  std::ranges::sort(*result, {}, &client::ConfigEntry::name);
  for (const auto& entry : *result) {
    if (!shown(entry, name)) continue;
    std::vector<std::string> synonyms;
    for (const auto& synonym : entry.synonyms) {
      synonyms.push_back(fmt::format("{}:{}={}", source_name(synonym.source), synonym.name,
                                     synonym.value.value_or("null")));
    }
    console_.print("  {}={} sensitive={} synonyms={{{}}}\n", entry.name, entry.value.value_or("null"), entry.sensitive,
                   fmt::join(synonyms, ", "));
  }
  return 0;
}

int Configs::describe() {
  if (entity_.name) return describe_one(*entity_.name);
  const auto found = names();
  if (!found) return failed(found.error());
  for (const std::string& name : *found) {
    if (const int code = describe_one(name); code != 0) return code;
  }
  return 0;
}

int Configs::alter() {
  std::vector<client::AlterConfig> changes;
  if (const auto text = options_.value("add-config")) {
    auto parsed = parse_additions(*text);
    if (!parsed) {
      console_.complain("{}\n", parsed.error());
      return 1;
    }
    changes = std::move(*parsed);
  }
  if (const auto path = options_.value("add-config-file")) {
    client::AdminConfig file;
    if (const auto read = read_settings(*path, file); !read) {
      console_.complain("{}\n", read.error().text);
      return 1;
    }
    for (const auto& [name, value] : file.values()) changes.push_back({name, value, client::AlterOperation::set});
  }
  for (const std::string& list : options_.all("delete-config")) {
    for (const std::string& name : split_list(list)) {
      changes.push_back({name, std::nullopt, client::AlterOperation::remove});
    }
  }
  const std::string name = entity_.name.value_or("");
  const auto changed = admin_.alter_configs({{client::ConfigResource{entity_.kind->resource, name}, changes}}).get();
  if (!changed) return failed(changed.error());
  for (const auto& item : *changed) {
    if (!item.result) return failed(item.result.error());
  }
  if (default_of_brokers(name)) {
    console_.out("Completed updating default config for brokers in the cluster.\n");
  } else {
    console_.print("Completed updating config for {} {}.\n", entity_.kind->singular, name);
  }
  return 0;
}

}  // namespace

int kafka_configs(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "Show and change settings of entities.", kOptions);
  if (!options) return options.error();
  if (options->has("alter") == options->has("describe")) {
    return script_usage(console, "Command must include exactly one action: --describe, --alter", kOptions);
  }
  if (!options->has("bootstrap-server") && !options->has("bootstrap-controller")) {
    return script_usage(console, "One of the required --bootstrap-server or --bootstrap-controller arguments must be "
                                 "specified", kOptions);
  }
  const Entity entity = entity_of(*options);
  if (entity.kind == nullptr) {
    return script_usage(console, "--entity-type must be one of topics, brokers, groups, client-metrics", kOptions);
  }
  if (options->has("alter") && !entity.name) {
    return script_usage(console, "an entity name must be specified with --alter", kOptions);
  }
  if (options->has("alter") && !options->has("add-config") && !options->has("add-config-file") &&
      !options->has("delete-config")) {
    return script_usage(console, "At least one of --add-config, --add-config-file, or --delete-config must be "
                                 "specified with --alter", kOptions);
  }
  auto admin = connect(*options);
  if (!admin) {
    console.complain("{}\n", admin.error().text);
    return 1;
  }
  Configs configs(*options, *admin, console, entity);
  return options->has("alter") ? configs.alter() : configs.describe();
}

}  // namespace millrace::cli
