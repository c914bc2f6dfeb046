#include <algorithm>
#include <array>

#include "cli/commands/commands.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({{"internal", "", "Kafka's own topics too"}});
constexpr auto kColumns = std::to_array<Column>({
    {"topic", Type::text, "its name"},
    {"id", Type::text, "its id; none from brokers before Kafka 2.8"},
    {"internal", Type::flag, "whether it is one of Kafka's own"},
});
constexpr auto kTables = std::to_array<TableSpec>({{"topics", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace topic list", "The topics, by name"},
    {"millrace topic list --format csv", "The same for a script"},
});

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto topics = outcome((*admin)->list_topics(call.options().has("internal")).get());
  if (!topics) return topics.error();
  Table table(kTables[0]);
  for (const auto& topic : *topics) {
    table.add({topic.name, topic.id.is_zero() ? Cell() : Cell(topic.id.text()), topic.internal});
  }
  return call.show({std::move(table)});
}

}  // namespace

const Command kTopicList{.name = "topic list",
                         .about = "List the topics",
                         .options = kOptions,
                         .takes = kTakesCluster | kTakesFormat,
                         .tables = kTables,
                         .examples = kExamples,
                         .run = run};

}  // namespace millrace::cli
