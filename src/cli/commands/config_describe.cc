#include <fmt/format.h>

#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"RESOURCE", true, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"all", "", "Settings that nobody has set too", false, "a"},
    {"doc", "", "With what each is for"},
});
constexpr auto kColumns = std::to_array<Column>({
    {"resource", Type::text, "whose setting, as KIND/NAME"},
    {"name", Type::text, "of the setting"},
    {"value", Type::text, "in force; none: it has none, or it is a secret"},
    {"source", Type::text, "where it was set: topic, group, broker, all-brokers, file, default, ..."},
    {"read_only", Type::flag, "whether only a restart changes it"},
    {"sensitive", Type::flag, "whether it is a secret"},
    {"synonyms", Type::texts, "all places with a value, the one that counts first, as source:name=value"},
    {"doc", Type::text, "with --doc: what it is for"},
});
constexpr auto kTables = std::to_array<TableSpec>({{"settings", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace config describe topic/orders", "What is set for a topic"},
    {"millrace config describe broker/1 --all --doc", "Every setting of a broker"},
    {"millrace config describe", "Everything that is set anywhere"},
});

std::vector<std::string> synonyms(const client::ConfigEntry& entry) {
  std::vector<std::string> texts;
  for (const auto& synonym : entry.synonyms) {
    texts.push_back(fmt::format("{}:{}={}", source_text(synonym.source), synonym.name, synonym.value.value_or("")));
  }
  return texts;
}

// Set for the resource itself, not inherited; of a broker, its file counts too.
bool set_there(const client::ConfigResource& resource, client::ConfigSource source) {
  using client::ConfigSource;
  if (source == ConfigSource::default_value) return false;
  if (resource.type == client::ConfigResourceType::broker) return true;
  return source != ConfigSource::static_broker && source != ConfigSource::dynamic_broker &&
         source != ConfigSource::dynamic_default_broker;
}

Outcome<std::vector<client::ConfigResource>> asked_for(Call& call, client::Admin& admin) {
  std::vector<client::ConfigResource> resources;
  for (const auto& text : call.operands()) {
    const auto resource = parse_resource(text);
    if (!resource) return resource.error();
    resources.push_back(*resource);
  }
  if (!resources.empty()) return resources;
  auto listed = outcome(admin.list_config_resources().get());
  if (!listed) return listed.error();
  std::erase_if(*listed, [](const auto& r) { return r.type == client::ConfigResourceType::broker_logger; });
  listed->push_back({client::ConfigResourceType::broker, ""});
  return *std::move(listed);
}

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  auto resources = asked_for(call, **admin);
  if (!resources) return resources.error();
  client::DescribeConfigsOptions options;
  options.synonyms = true;
  options.documentation = call.options().has("doc");
  const auto described = outcome((*admin)->describe_configs(*std::move(resources), options).get());
  if (!described) return described.error();
  Table table(kTables[0]);
  for (const auto& item : *described) {
    if (!item.result) {
      call.failed(item.result.error());
      continue;
    }
    for (const auto& entry : *item.result) {
      if (!call.options().has("all") && !set_there(item.key, entry.source)) continue;
      table.add({resource_text(item.key), entry.name, maybe(entry.value), std::string(source_text(entry.source)),
                 entry.read_only, entry.sensitive, synonyms(entry), maybe(entry.documentation)});
    }
  }
  return call.show({std::move(table)});
}

}  // namespace

const Command kConfigDescribe{.name = "config describe",
                              .about = "Show the settings of topics, brokers, groups and client-metrics subscriptions",
                              .operands = kOperands,
                              .options = kOptions,
                              .takes = kTakesCluster | kTakesFormat,
                              .tables = kTables,
                              .examples = kExamples,
                              .run = run};

}  // namespace millrace::cli
