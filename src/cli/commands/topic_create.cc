#include <fmt/format.h>

#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"TOPIC", false, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"partitions", "N", "How many (the brokers' num.partitions)", false, "p"},
    {"replicas", "N", "Of each partition (the brokers' default.replication.factor)", false, "r"},
    {"config", "NAME=VALUE", "A setting of the topic; may be given several times", false, "c"},
    {"assignment", "B:B,B:B", "Brokers of each partition, instead of the numbers"},
    {"if-not-exists", "", "A topic that is there already is no failure"},
    kCheckOnly,
});
constexpr auto kColumns = std::to_array<Column>({
    {"topic", Type::text, "its name"},
    {"id", Type::text, "its id"},
    {"partitions", Type::whole, "how many it has"},
    {"replicas", Type::whole, "of each partition"},
    kDoneColumn,
    kErrorColumn,
});
constexpr auto kTables = std::to_array<TableSpec>({{"topics", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace topic create orders -p 6 -r 3", "Six partitions, three replicas each"},
    {"millrace topic create events -c retention.ms=86400000 -c cleanup.policy=delete", "With settings of its own"},
    {"millrace topic create orders --if-not-exists", "In a script that may run twice"},
});

Outcome<std::map<std::int32_t, std::vector<std::int32_t>>> assignment(const std::string& text) {
  std::map<std::int32_t, std::vector<std::int32_t>> result;
  std::int32_t index = 0;
  for (const auto& part : split_list(text)) {
    auto& brokers = result[index++];
    for (const auto& word : split_list(part, ':')) {
      const auto number = whole_number(word);
      if (!number || *number < 0 || *number > INT32_MAX) {
        return Failure{kUsage, fmt::format("--assignment {}: write it as 1:2,2:3", text)};
      }
      brokers.push_back(static_cast<std::int32_t>(*number));
    }
  }
  return result;
}

Outcome<client::NewTopic> wanted(const Call& call) {
  client::NewTopic topic;
  const auto partitions = call.whole_option("partitions", 1);
  if (!partitions) return partitions.error();
  const auto replicas = call.whole_option("replicas", 1);
  if (!replicas) return replicas.error();
  if (*partitions) topic.partitions = static_cast<std::int32_t>(std::min<std::int64_t>(**partitions, INT32_MAX));
  if (*replicas) topic.replication_factor = static_cast<std::int16_t>(std::min<std::int64_t>(**replicas, INT16_MAX));
  const auto configs = call.pairs("--config", call.options().all("config"));
  if (!configs) return configs.error();
  for (const auto& [name, value] : *configs) topic.configs[name] = value;
  if (const auto text = call.options().value("assignment")) {
    if (*partitions || *replicas) {
      return Failure{kUsage, "--assignment says how many partitions and replicas there are: leave out the numbers"};
    }
    auto brokers = assignment(*text);
    if (!brokers) return brokers.error();
    topic.assignment = *std::move(brokers);
  }
  return topic;
}

Outcome<int> run(Call& call) {
  const auto topic = wanted(call);
  if (!topic) return topic.error();
  const auto admin = call.admin();
  if (!admin) return admin.error();
  std::vector<client::NewTopic> topics(call.operands().size(), *topic);
  for (std::size_t i = 0; i < topics.size(); ++i) topics[i].name = call.operands()[i];
  const auto created = outcome((*admin)->create_topics(std::move(topics), checks_only(call)).get());
  if (!created) return created.error();
  Table table(kTables[0]);
  for (const auto& item : *created) {
    const auto& result = item.result;
    const bool there = !result && result.error().is(client::ErrorCode::topic_already_exists);
    if (there && call.options().has("if-not-exists")) {
      table.add({item.key, {}, {}, {}, false, std::string(result.error().name())});
      continue;
    }
    const auto [done, error] = done_cells(call, result);
    if (result) {
      table.add({item.key, result->id.is_zero() ? Cell() : Cell(result->id.text()), known(result->partitions),
                 known(result->replication_factor), done, error});
    } else {
      table.add({item.key, {}, {}, {}, done, error});
    }
  }
  return call.show({std::move(table)});
}

}  // namespace

const Command kTopicCreate{.name = "topic create",
                           .about = "Create topics",
                           .operands = kOperands,
                           .options = kOptions,
                           .takes = kTakesCluster | kTakesFormat,
                           .tables = kTables,
                           .examples = kExamples,
                           .run = run};

}  // namespace millrace::cli
