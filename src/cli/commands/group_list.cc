#include <array>

#include "cli/commands/commands.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"state", "STATE", "Only groups in this state; may be given several times"},
    {"type", "TYPE", "Only classic, consumer, share or streams groups; may be given several times"},
});
constexpr auto kColumns = std::to_array<Column>({
    {"group", Type::text, "its id"},
    {"type", Type::text, "Classic, Consumer, Share or Streams"},
    {"protocol", Type::text, "what its members do: consumer, connect, ..."},
    {"state", Type::text, "Stable, Empty, ..."},
});
constexpr auto kTables = std::to_array<TableSpec>({{"groups", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace group list", "The groups of all brokers"},
    {"millrace group list --state Empty", "Those without members"},
});

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  client::ListGroupsOptions options;
  options.states = call.options().all("state");
  options.types = call.options().all("type");
  const auto groups = outcome((*admin)->list_groups(std::move(options)).get());
  if (!groups) return groups.error();
  Table table(kTables[0]);
  for (const auto& group : *groups) table.add({group.id, group.type, group.protocol, group.state});
  return call.show({std::move(table)});
}

}  // namespace

const Command kGroupList{.name = "group list",
                         .about = "List the groups",
                         .options = kOptions,
                         .takes = kTakesCluster | kTakesFormat,
                         .tables = kTables,
                         .examples = kExamples,
                         .run = run};

}  // namespace millrace::cli
