#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"GROUP", false, true}});
constexpr auto kColumns = std::to_array<Column>({
    {"group", Type::text, "its id"},
    {"state", Type::text, "before it is deleted; groups with members stay"},
    kDoneColumn,
    kErrorColumn,
});
constexpr auto kTables = std::to_array<TableSpec>({{"groups", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace group delete billing", "With all it has committed, after asking"},
    {"millrace group delete billing audit -y", "Without asking"},
});

Outcome<Table> planned(Call& call, client::Admin& admin) {
  const auto groups = outcome(admin.describe_groups(call.operands()).get());
  if (!groups) return groups.error();
  Table table(kTables[0]);
  for (const auto& item : *groups) {
    if (item.result) {
      table.add({item.key, item.result->state, false, {}});
      continue;
    }
    const auto [done, error] = done_cells(call, item.result);
    table.add({item.key, {}, done, error});
  }
  return table;
}

Outcome<int> carry_out(Call& call, client::Admin& admin) {
  const auto deleted = outcome(admin.delete_groups(call.operands()).get());
  if (!deleted) return deleted.error();
  Table table(kTables[0]);
  for (const auto& item : *deleted) {
    const auto [done, error] = done_cells(call, item.result);
    table.add({item.key, {}, done, error});
  }
  return call.show({std::move(table)});
}

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  return plan_ask_act(
      call, "Delete these groups with all they have committed?", [&] { return planned(call, **admin); },
      [&] { return carry_out(call, **admin); });
}

}  // namespace

const Command kGroupDelete{.name = "group delete",
                           .about = "Delete groups with all they have committed",
                           .operands = kOperands,
                           .takes = kTakesCluster | kTakesFormat | kTakesPlan,
                           .tables = kTables,
                           .examples = kExamples,
                           .run = run};

}  // namespace millrace::cli
