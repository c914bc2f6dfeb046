#include <fmt/format.h>

#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"TOPIC", false, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({{"if-exists", "", "A topic that is not there is no failure"}});
constexpr auto kColumns = std::to_array<Column>({
    {"topic", Type::text, "its name"},
    {"partitions", Type::whole, "how many it has; told before it is deleted only"},
    kDoneColumn,
    kErrorColumn,
});
constexpr auto kTables = std::to_array<TableSpec>({{"topics", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace topic delete orders", "Shows what goes, and asks"},
    {"millrace topic delete orders events -y", "Without asking"},
});

// What would go: the topics that are there.
Outcome<Table> planned(Call& call, client::Admin& admin) {
  const auto topics = outcome(admin.describe_topics(call.operands()).get());
  if (!topics) return topics.error();
  Table table(kTables[0]);
  for (const auto& item : *topics) {
    if (item.result) {
      table.add({item.key, whole(std::ssize(item.result->partitions)), false, {}});
      continue;
    }
    if (call.options().has("if-exists")) continue;
    const auto [done, error] = done_cells(call, item.result);
    table.add({item.key, {}, done, error});
  }
  return table;
}

Outcome<int> carry_out(Call& call, client::Admin& admin) {
  const auto deleted = outcome(admin.delete_topics(call.operands()).get());
  if (!deleted) return deleted.error();
  Table table(kTables[0]);
  for (const auto& item : *deleted) {
    const bool missing = !item.result && item.result.error().is(client::ErrorCode::unknown_topic_or_partition);
    if (missing && call.options().has("if-exists")) {
      table.add({item.key, {}, false, std::string(item.result.error().name())});
      continue;
    }
    const auto [done, error] = done_cells(call, item.result);
    table.add({item.key, {}, done, error});
  }
  return call.show({std::move(table)});
}

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  return plan_ask_act(
      call, "Delete these topics with all their records?", [&] { return planned(call, **admin); },
      [&] { return carry_out(call, **admin); });
}

}  // namespace

const Command kTopicDelete{.name = "topic delete",
                           .about = "Delete topics with all their records",
                           .operands = kOperands,
                           .options = kOptions,
                           .takes = kTakesCluster | kTakesFormat | kTakesPlan,
                           .tables = kTables,
                           .examples = kExamples,
                           .run = run};

}  // namespace millrace::cli
