#include "cli/commands/commands.h"
#include "cli/commands/quota_parts.h"

namespace millrace::cli {
namespace {

constexpr auto kColumns = std::to_array<Column>({
    {"entity", Type::text, "whom it is for: user/NAME, client-id/NAME, ip/ADDRESS; without a name: the default"},
    {"quota", Type::text, "producer_byte_rate, consumer_byte_rate, request_percentage, ..."},
    {"value", Type::real, "bytes, partitions or connections per second, or percent"},
});
constexpr auto kTables = std::to_array<TableSpec>({{"quotas", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace quota list", "All quotas"},
    {"millrace quota list --user alice", "Those that name a user"},
});

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  using Match = client::QuotaFilter::Match;
  std::vector<client::QuotaFilter> conditions;
  for (const auto& [kind, name] : entity_of(call.options())) {
    conditions.push_back({kind, name ? Match::exactly : Match::the_default, name.value_or("")});
  }
  const auto quotas = outcome((*admin)->describe_quotas(std::move(conditions)).get());
  if (!quotas) return quotas.error();
  Table table(kTables[0]);
  for (const auto& [entity, values] : *quotas) {
    for (const auto& [name, value] : values) table.add({entity_text(entity), name, value});
  }
  return call.show({std::move(table)});
}

}  // namespace

const Command kQuotaList{.name = "quota list",
                         .about = "List what users, clients and addresses may use",
                         .options = kEntityOptions,
                         .takes = kTakesCluster | kTakesFormat,
                         .tables = kTables,
                         .examples = kExamples,
                         .run = run};

}  // namespace millrace::cli
