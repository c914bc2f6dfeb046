#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "cli/commands/commands.h"
#include "cli/commands/quota_parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"QUOTA=VALUE", true, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    kEntityOptions[0],
    kEntityOptions[1],
    kEntityOptions[2],
    {"delete", "QUOTA", "Remove one; may be given several times", false, "d"},
    kCheckOnly,
});
constexpr auto kColumns = std::to_array<Column>({
    {"entity", Type::text, "whom it is for: user/NAME, client-id/NAME, ip/ADDRESS; without a name: the default"},
    {"changes", Type::texts, "what was asked for: quota=value, or -quota"},
    kDoneColumn,
    kErrorColumn,
});
constexpr auto kTables = std::to_array<TableSpec>({{"entities", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace quota set --user alice producer_byte_rate=1048576", "A user may write 1 MiB per second"},
    {"millrace quota set --user --client-id batch request_percentage=50", "Any user's client of that id"},
    {"millrace quota set --user alice --delete producer_byte_rate", "No limit any more"},
});

Outcome<client::QuotaChange> wanted(const Call& call) {
  client::QuotaChange change;
  change.entity = entity_of(call.options());
  if (change.entity.empty()) return Failure{kUsage, "say whom it is for: --user, --client-id or --ip"};
  const auto pairs = call.pairs("set", call.operands());
  if (!pairs) return pairs.error();
  for (const auto& [name, text] : *pairs) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
      return Failure{kUsage, fmt::format("{}={}: it must be a number", name, text)};
    }
    change.values[name] = value;
  }
  for (const auto& name : call.options().all("delete")) change.values[name] = std::nullopt;
  if (change.values.empty()) return Failure{kUsage, "nothing is to be changed: write QUOTA=VALUE, or --delete QUOTA"};
  return change;
}

Outcome<int> run(Call& call) {
  const auto change = wanted(call);
  if (!change) return change.error();
  const auto admin = call.admin();
  if (!admin) return admin.error();
  std::vector<std::string> texts;
  for (const auto& [name, value] : change->values) {
    texts.push_back(value ? fmt::format("{}={}", name, *value) : "-" + name);
  }
  const auto altered = outcome((*admin)->alter_quotas({*change}, checks_only(call)).get());
  if (!altered) return altered.error();
  Table table(kTables[0]);
  for (const auto& item : *altered) {
    const auto [done, error] = done_cells(call, item.result);
    table.add({entity_text(item.key), texts, done, error});
  }
  return call.show({std::move(table)});
}

}  // namespace

const Command kQuotaSet{.name = "quota set",
                        .about = "Limit what a user, client or address may use",
                        .operands = kOperands,
                        .options = kOptions,
                        .takes = kTakesCluster | kTakesFormat,
                        .tables = kTables,
                        .examples = kExamples,
                        .run = run};

}  // namespace millrace::cli
