#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"TOPIC", false, true}});
constexpr auto kTopicColumns = std::to_array<Column>({
    {"topic", Type::text, "its name"},
    {"id", Type::text, "its id"},
    {"partitions", Type::whole, "how many it has"},
    {"replicas", Type::whole, "of each partition"},
    {"internal", Type::flag, "whether it is one of Kafka's own"},
    {"settings", Type::texts, "those that differ from the brokers' defaults, as name=value"},
});
constexpr auto kPartitionColumns = std::to_array<Column>({
    {"topic", Type::text, "the topic's name"},
    {"partition", Type::whole, "its number"},
    {"leader", Type::whole, "the broker that leads; none: nobody does"},
    {"epoch", Type::whole, "of the leader"},
    {"replicas", Type::wholes, "brokers that keep it, the preferred leader first"},
    {"in_sync", Type::wholes, "those that have all of it"},
    {"offline", Type::wholes, "those that are not there"},
    {"eligible", Type::wholes, "not in sync, but may lead without loss (KIP-966)"},
});
constexpr auto kTables =
    std::to_array<TableSpec>({{"topics", kTopicColumns}, {"partitions", kPartitionColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace topic describe orders", "Where its partitions are and how it is set"},
    {"millrace topic describe orders --format json", "The same for a program"},
});

std::vector<std::string> overrides(const client::Result<std::vector<client::ConfigEntry>>* entries) {
  std::vector<std::string> result;
  if (entries == nullptr || !*entries) return result;
  for (const auto& entry : **entries) {
    if (entry.source != client::ConfigSource::dynamic_topic) continue;
    result.push_back(entry.name + "=" + entry.value.value_or(""));
  }
  return result;
}

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  std::vector<client::ConfigResource> resources;
  for (const auto& name : call.operands()) resources.push_back({client::ConfigResourceType::topic, name});
  auto asked_topics = (*admin)->describe_topics(call.operands());
  auto asked_configs = (*admin)->describe_configs(std::move(resources));
  const auto topics = outcome(asked_topics.get());
  if (!topics) return topics.error();
  const auto configs = outcome(asked_configs.get());
  Table summary(kTables[0]);
  Table partitions(kTables[1]);
  for (const auto& item : *topics) {
    if (!item.result) {
      call.failed(item.result.error());
      continue;
    }
    const auto& topic = *item.result;
    const client::ConfigResource resource{client::ConfigResourceType::topic, topic.name};
    const auto replicas = topic.partitions.empty() ? 0 : std::ssize(topic.partitions.front().replicas);
    const Cell settings = configs ? Cell(overrides(client::find(*configs, resource))) : Cell();
    summary.add({topic.name, topic.id.is_zero() ? Cell() : Cell(topic.id.text()), whole(std::ssize(topic.partitions)),
                 whole(replicas), topic.internal, settings});
    for (const auto& part : topic.partitions) {
      partitions.add({topic.name, whole(part.partition), known(part.leader), known(part.leader_epoch), part.replicas,
                      part.in_sync, part.offline, part.eligible_leaders});
    }
  }
  std::vector<Table> tables;
  tables.push_back(std::move(summary));
  tables.push_back(std::move(partitions));
  return call.show(std::move(tables));
}

}  // namespace

const Command kTopicDescribe{.name = "topic describe",
                             .about = "Show where a topic's partitions are and how it is set",
                             .operands = kOperands,
                             .takes = kTakesCluster | kTakesFormat,
                             .tables = kTables,
                             .examples = kExamples,
                             .run = run};

}  // namespace millrace::cli
