#include <fmt/format.h>

#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"TOPIC[:PARTITIONS]", false, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"at", "@TIME", "The first offset at or after a time too, such as @-1h"},
});
constexpr auto kColumns = std::to_array<Column>({
    {"topic", Type::text, "the topic's name"},
    {"partition", Type::whole, "its number"},
    {"first", Type::whole, "the first offset that is kept"},
    {"end", Type::whole, "the next offset to be written"},
    {"offsets", Type::whole, "from first to end; compaction may have removed some of them"},
    {"at", Type::whole, "with --at: the first offset at or after that time; none: no record is so new"},
});
constexpr auto kTables = std::to_array<TableSpec>({{"partitions", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace topic offsets orders", "First and last of each partition"},
    {"millrace topic offsets orders:0 --at @-1h", "Where the last hour begins"},
});

Outcome<int> run(Call& call) {
  std::optional<std::int64_t> time;
  if (const auto text = call.options().value("at")) {
    const auto position = parse_position(*text, now_ms());
    if (!position) return position.error();
    if (position->kind != Position::Kind::time) {
      return Failure{kUsage, fmt::format("--at {}: write a time, such as @-1h", *text)};
    }
    time = position->value;
  }
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto partitions = named_partitions(**admin, call.operands());
  if (!partitions) return partitions.error();
  const auto bounds = bounds_of(call, **admin, *partitions);
  if (!bounds) return bounds.error();
  Outcome<Offsets> timed = Offsets();
  if (time) timed = offsets_at(call, **admin, *partitions, *time);
  if (!timed) return timed.error();
  Table table(kTables[0]);
  for (const auto& partition : *partitions) {
    const auto first = bounds->first.find(partition);
    const auto next = bounds->next.find(partition);
    if (first == bounds->first.end() || next == bounds->next.end()) continue;
    const auto at = timed->find(partition);
    table.add({partition.topic, whole(partition.partition), whole(first->second), whole(next->second),
               whole(next->second - first->second), at == timed->end() ? Cell() : known(at->second)});
  }
  return call.show({std::move(table)});
}

}  // namespace

const Command kTopicOffsets{.name = "topic offsets",
                            .about = "Show the first and the next offset of partitions",
                            .operands = kOperands,
                            .options = kOptions,
                            .takes = kTakesCluster | kTakesFormat,
                            .tables = kTables,
                            .examples = kExamples,
                            .run = run};

}  // namespace millrace::cli
