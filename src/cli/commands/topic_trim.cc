#include <fmt/format.h>

#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"TOPIC[:PARTITIONS]", false, true}});
constexpr auto kOptions =
    std::to_array<OptionSpec>({{"before", "POSITION", "Required: an offset, end, or @TIME such as @-7d"}});
constexpr auto kColumns = std::to_array<Column>({
    {"topic", Type::text, "the topic's name"},
    {"partition", Type::whole, "its number"},
    {"first", Type::whole, "the first offset before"},
    {"new_first", Type::whole, "the first offset afterwards"},
    {"end", Type::whole, "the next offset to be written"},
    kDoneColumn,
    kErrorColumn,
});
constexpr auto kTables = std::to_array<TableSpec>({{"partitions", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace topic trim orders --before @-7d", "Records older than seven days, after asking"},
    {"millrace topic trim orders:0,1 --before 1000 -y", "Of two partitions, without asking"},
    {"millrace topic trim orders --before end --dry-run", "What emptying the topic would remove"},
});

Table planned(const std::vector<client::TopicPartition>& partitions, const Bounds& bounds, const Offsets& targets) {
  Table plan(kTables[0]);
  for (const auto& partition : partitions) {
    const auto target = targets.find(partition);
    if (target == targets.end()) continue;
    plan.add({partition.topic, whole(partition.partition), whole(bounds.first.at(partition)), whole(target->second),
              whole(bounds.next.at(partition)), false, {}});
  }
  return plan;
}

Outcome<int> carry_out(Call& call, client::Admin& admin, const Bounds& bounds, const Offsets& targets) {
  const auto removed = outcome(admin.delete_records(targets).get());
  if (!removed) return removed.error();
  Table table(kTables[0]);
  for (const auto& item : *removed) {
    const auto [done, error] = done_cells(call, item.result);
    table.add({item.key.topic, whole(item.key.partition), whole(bounds.first.at(item.key)),
               item.result ? whole(*item.result) : Cell(), whole(bounds.next.at(item.key)), done, error});
  }
  return call.show({std::move(table)});
}

Outcome<int> run(Call& call) {
  const auto text = call.required("before");
  if (!text) return text.error();
  const auto position = parse_position(*text, now_ms());
  if (!position) return position.error();
  if (position->kind == Position::Kind::relative) return Failure{kUsage, "--before: write an offset, end, or @TIME"};
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto partitions = named_partitions(**admin, call.operands());
  if (!partitions) return partitions.error();
  const auto bounds = bounds_of(call, **admin, *partitions);
  if (!bounds) return bounds.error();
  const auto targets = resolve(call, **admin, *position, *partitions, *bounds, {});
  if (!targets) return targets.error();
  return plan_ask_act(
      call, "Remove the records before these offsets for good?",
      [&] { return planned(*partitions, *bounds, *targets); },
      [&] { return carry_out(call, **admin, *bounds, *targets); });
}

}  // namespace

const Command kTopicTrim{.name = "topic trim",
                         .about = "Remove the oldest records of topics",
                         .operands = kOperands,
                         .options = kOptions,
                         .takes = kTakesCluster | kTakesFormat | kTakesPlan,
                         .tables = kTables,
                         .examples = kExamples,
                         .run = run};

}  // namespace millrace::cli
