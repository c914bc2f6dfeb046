#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"RESOURCE"}, {"SETTING", false, true}});
constexpr auto kColumns = std::to_array<Column>({
    {"resource", Type::text, "whose setting, as KIND/NAME"},
    {"name", Type::text, "of the setting"},
    {"value", Type::text, "in force; none: it has none, or it is a secret"},
    {"source", Type::text, "where it was set: topic, group, broker, all-brokers, file, default, ..."},
});
constexpr auto kTables = std::to_array<TableSpec>({{"settings", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace config get topic/orders retention.ms", "What is in force, and why"},
    {"millrace config get broker/1 log.dirs num.io.threads", "Of a broker"},
});

Outcome<int> run(Call& call) {
  const auto resource = parse_resource(call.operand(0));
  if (!resource) return resource.error();
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto described = outcome((*admin)->describe_configs({*resource}).get());
  if (!described) return described.error();
  Table table(kTables[0]);
  for (const auto& item : *described) {
    if (!item.result) {
      call.failed(item.result.error());
      continue;
    }
    for (std::size_t i = 1; i < call.operands().size(); ++i) {
      const auto& name = call.operands()[i];
      const auto entry = std::ranges::find(*item.result, name, &client::ConfigEntry::name);
      if (entry == item.result->end()) {
        const auto whose = resource_text(item.key);
        call.failed(fmt::format("{} has no setting {}\n  next: millrace explain {}", whose, name, name));
        continue;
      }
      table.add({resource_text(item.key), entry->name, maybe(entry->value), std::string(source_text(entry->source))});
    }
  }
  return call.show({std::move(table)});
}

}  // namespace

const Command kConfigGet{.name = "config get",
                         .about = "Show single settings and where they come from",
                         .operands = kOperands,
                         .takes = kTakesCluster | kTakesFormat,
                         .tables = kTables,
                         .examples = kExamples,
                         .run = run};

}  // namespace millrace::cli
