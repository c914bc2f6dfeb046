// kafka-configs.
#include "cli/scripts/configs.h"

#include <algorithm>
#include <array>

#include "cli/scripts/java_order.h"

namespace millrace::cli {
namespace {

using client::ConfigResourceType;
using client::ConfigSource;

constexpr auto kSources = std::to_array<std::string_view>(
    {"UNKNOWN", "DYNAMIC_TOPIC_CONFIG", "DYNAMIC_BROKER_CONFIG", "DYNAMIC_DEFAULT_BROKER_CONFIG",
     "STATIC_BROKER_CONFIG", "DEFAULT_CONFIG", "DYNAMIC_BROKER_LOGGER_CONFIG", "DYNAMIC_CLIENT_METRICS_CONFIG",
     "DYNAMIC_GROUP_CONFIG"});

std::string_view source_name(ConfigSource source) {
  const auto index = static_cast<std::size_t>(source);
  return index < kSources.size() ? kSources[index] : kSources[0];
}

ConfigFailure failed(const client::Error& error) { return {{}, error}; }

// Settings of a topic, broker, group or subscription.
class Resources {
 public:
  Resources(client::Admin& admin, Console& console, ConfigEntity entity)
      : admin_(admin), console_(console), entity_(std::move(entity)) {}

  ConfigDone describe(bool all);
  ConfigDone alter(std::vector<client::AlterConfig> changes);

 private:
  client::Result<std::vector<std::string>> names();
  ConfigDone describe_one(const std::string& name, bool all);
  ConfigDone check_loggers(const std::vector<client::AlterConfig>& changes);
  ConfigResourceType type() const { return *entity_.kind->resource; }
  bool broker() const { return type() == ConfigResourceType::broker || type() == ConfigResourceType::broker_logger; }

  client::Admin& admin_;
  Console& console_;
  ConfigEntity entity_;
};

client::Result<std::vector<std::string>> Resources::names() {
  std::vector<std::string> found;
  if (type() == ConfigResourceType::topic) {
    const auto topics = admin_.list_topics(true).get();
    if (!topics) return topics.error();
    for (const auto& topic : *topics) found.push_back(topic.name);
    std::ranges::sort(found);
    order_as_java(found, 0, [](const std::string& name) { return java_hash(name); });
  } else if (broker()) {
    const auto cluster = admin_.describe_cluster().get();
    if (!cluster) return cluster.error();
    for (const auto& node : cluster->nodes) found.push_back(std::to_string(node.id));
    if (type() == ConfigResourceType::broker) found.emplace_back();
  } else {
    const auto resources = admin_.list_config_resources({type()}).get();
    if (!resources) return resources.error();
    for (const auto& resource : *resources) found.push_back(resource.name);
  }
  return found;
}

ConfigDone Resources::describe_one(const std::string& name, bool all) {
  client::DescribeConfigsOptions with;
  with.synonyms = true;
  auto described = admin_.describe_configs({{type(), name}}, with).get();
  if (!described) return failed(described.error());
  auto& result = described->front().result;
  if (!result) return failed(result.error());
  if (name.empty()) {
    console_.print("Default configs for {} in the cluster are:\n", entity_.kind->type);
  } else {
    console_.print("{} configs for {} {} are:\n", all ? "All" : "Dynamic", entity_.kind->singular(), name);
  }
  const ConfigSource own = name.empty() ? ConfigSource::dynamic_default_broker : entity_.kind->own;
  const bool loggers = type() == ConfigResourceType::broker_logger;
  std::ranges::sort(*result, {}, &client::ConfigEntry::name);
  for (const auto& entry : *result) {
    if (!all && !loggers && entry.source != own) continue;
    std::vector<std::string> synonyms;
    for (const auto& synonym : entry.synonyms) {
      synonyms.push_back(fmt::format("{}:{}={}", source_name(synonym.source), synonym.name,
                                     synonym.value.value_or("null")));
    }
    console_.print("  {}={} sensitive={} synonyms={{{}}}\n", entry.name, entry.value.value_or("null"), entry.sensitive,
                   fmt::join(synonyms, ", "));
  }
  return {};
}

ConfigDone Resources::describe(bool all) {
  const auto found = names();
  if (!found) return failed(found.error());
  if (!entity_.name) {
    for (const std::string& name : *found) MR_TRY(describe_one(name, all));
    return {};
  }
  bool known = entity_.name->empty() || std::ranges::find(*found, *entity_.name) != found->end();
  if (!known && type() == ConfigResourceType::group) {
    const auto groups = admin_.list_groups().get();
    if (!groups) return failed(groups.error());
    known = std::ranges::find(*groups, *entity_.name, &client::ListedGroup::id) != groups->end();
  }
  if (known) return describe_one(*entity_.name, all);
  console_.print("The {} '{}' doesn't exist and doesn't have dynamic config.\n", entity_.kind->singular(),
                 *entity_.name);
  return {};
}

ConfigDone Resources::check_loggers(const std::vector<client::AlterConfig>& changes) {
  const auto described = admin_.describe_configs({{type(), *entity_.name}}).get();
  if (!described) return failed(described.error());
  const auto& known = described->front().result;
  if (!known) return failed(known.error());
  std::vector<std::string> wrong;
  for (const auto& change : changes) {
    if (std::ranges::find(*known, change.name, &client::ConfigEntry::name) == known->end()) {
      wrong.push_back(change.name);
    }
  }
  if (wrong.empty()) return {};
  return ConfigFailure{fmt::format("Invalid broker logger(s): {}", fmt::join(wrong, ",")), std::nullopt};
}

ConfigDone Resources::alter(std::vector<client::AlterConfig> changes) {
  if (type() == ConfigResourceType::broker_logger) MR_TRY(check_loggers(changes));
  const client::ConfigResource resource{type(), *entity_.name};
  const auto changed = admin_.alter_configs({{resource, std::move(changes)}}).get();
  if (!changed) return failed(changed.error());
  for (const auto& item : *changed) {
    if (!item.result) return failed(item.result.error());
  }
  return {};
}

}  // namespace

int kafka_configs(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console,
                                      "This tool helps to manipulate and describe entity config for a topic, client, "
                                      "user, broker, ip, client-metrics or group", config_options());
  if (!options) return options.error();
  if (options->has("alter") == options->has("describe")) {
    return script_usage(console, "Command must include exactly one action: --describe, --alter", config_options());
  }
  const auto fail = [&](std::string_view line) {
    console.complain("{}\n", line);
    return 1;
  };
  if (!options->has("bootstrap-server") && !options->has("bootstrap-controller")) {
    return fail("Either --bootstrap-server or --bootstrap-controller must be specified.");
  }
  if (options->has("bootstrap-server") && options->has("bootstrap-controller")) {
    return fail("Only one of --bootstrap-server or --bootstrap-controller can be specified");
  }
  if (const auto wrong = given_twice(*options, config_options(), {"entity-type", "entity-name", "delete-config"})) {
    return fail(*wrong);
  }
  const auto entities = config_entities(*options);
  if (!entities) return fail(entities.error());
  for (const char* change : {"add-config", "add-config-file", "delete-config"}) {
    if (!options->has("describe") || !options->has(change)) continue;
    return script_usage(console, not_together("describe", change), config_options());
  }
  const auto at_work = [&](std::string_view why) {
    return fail(fmt::format("Error while executing config command with args '{}'\n{}", fmt::join(arguments, " "), why));
  };
  auto admin = connect(*options, console);
  if (!admin) return at_work(admin.error().text);

  const ConfigEntity& head = entities->front();
  Resources resources(*admin, console, head);
  ConfigDone done;
  if (options->has("alter")) {
    const auto changes = config_changes(*options);
    if (!changes) return options->has("add-config-file") ? at_work(changes.error()) : fail(changes.error());
    done = head.kind->resource ? resources.alter(*changes) : alter_quotas(*admin, *entities, *changes);
  } else {
    done = head.kind->resource ? resources.describe(options->has("all")) : describe_quotas(*admin, console, *entities);
  }
  if (!done) {
    const auto& error = done.error();
    if (!error.call) return fail(error.line);
    return at_work(fmt::format("{}: {}", java_name(*error.call), plain_message(*error.call)));
  }
  if (options->has("describe")) return 0;
  if (head.name->empty()) {
    console.print("Completed updating default config for {} in the cluster.\n", head.kind->type);
  } else {
    console.print("Completed updating config for {} {}.\n", head.kind->singular(), *head.name);
  }
  return 0;
}

}  // namespace millrace::cli
