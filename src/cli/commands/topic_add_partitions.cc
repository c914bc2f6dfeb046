#include <fmt/format.h>

#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"TOPIC", false, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"to", "N", "How many partitions there are afterwards"},
    {"by", "N", "How many are added, instead"},
    kCheckOnly,
});
constexpr auto kColumns = std::to_array<Column>({
    {"topic", Type::text, "its name"},
    {"partitions", Type::whole, "how many it has afterwards"},
    kDoneColumn,
    kErrorColumn,
});
constexpr auto kTables = std::to_array<TableSpec>({{"topics", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace topic add-partitions orders --to 12", "Twelve partitions from now on"},
    {"millrace topic add-partitions orders --by 2", "Two more"},
});

Outcome<std::map<std::string, client::MorePartitions>> wanted(Call& call, client::Admin& admin) {
  const auto to = call.whole_option("to", 1);
  if (!to) return to.error();
  const auto by = call.whole_option("by", 1);
  if (!by) return by.error();
  if (to->has_value() == by->has_value()) return Failure{kUsage, "say either --to N or --by N"};
  std::map<std::string, client::MorePartitions> changes;
  const auto limited = [](std::int64_t number) {
    return static_cast<std::int32_t>(std::min<std::int64_t>(number, INT32_MAX));
  };
  if (*to) {
    for (const auto& topic : call.operands()) changes[topic].total = limited(**to);
    return changes;
  }
  const auto topics = outcome(admin.describe_topics(call.operands()).get());
  if (!topics) return topics.error();
  for (const auto& item : *topics) {
    if (!item.result) return failure_with_step(item.result.error());
    changes[item.key].total = limited(std::ssize(item.result->partitions) + **by);
  }
  return changes;
}

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto changes = wanted(call, **admin);
  if (!changes) return changes.error();
  const auto changed = outcome((*admin)->create_partitions(*changes, checks_only(call)).get());
  if (!changed) return changed.error();
  Table table(kTables[0]);
  for (const auto& item : *changed) {
    const auto [done, error] = done_cells(call, item.result);
    const auto total = item.result ? whole(changes->at(item.key).total) : Cell();
    table.add({item.key, total, done, error});
  }
  return call.show({std::move(table)});
}

}  // namespace

const Command kTopicAddPartitions{.name = "topic add-partitions",
                                  .about = "Give topics more partitions",
                                  .details = "Records with a key may go to another partition than before.",
                                  .operands = kOperands,
                                  .options = kOptions,
                                  .takes = kTakesCluster | kTakesFormat,
                                  .tables = kTables,
                                  .examples = kExamples,
                                  .run = run};

}  // namespace millrace::cli
