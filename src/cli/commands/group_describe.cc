#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"GROUP", false, true}});
constexpr auto kGroupColumns = std::to_array<Column>({
    {"group", Type::text, "its id"},
    {"type", Type::text, "Classic or Consumer"},
    {"state", Type::text, "Stable, Empty, ..."},
    {"assignor", Type::text, "who gets which partition"},
    {"epoch", Type::whole, "of groups of the new protocol"},
    {"coordinator", Type::whole, "the broker that looks after it"},
    {"members", Type::whole, "how many there are"},
});
constexpr auto kMemberColumns = std::to_array<Column>({
    {"group", Type::text, "the group's id"},
    {"member", Type::text, "its id"},
    {"client", Type::text, "client.id"},
    {"host", Type::text, "where it comes from"},
    {"instance", Type::text, "group.instance.id of a static member"},
    {"partitions", Type::texts, "what it reads, as TOPIC-PARTITION"},
});
constexpr auto kTables = std::to_array<TableSpec>({{"groups", kGroupColumns}, {"members", kMemberColumns}});
constexpr auto kExamples = std::to_array<Example>({{"millrace group describe billing", "Its state and its members"}});

std::vector<std::string> texts(const std::vector<client::TopicPartition>& partitions) {
  std::vector<std::string> result;
  for (const auto& partition : partitions) result.push_back(partition_text(partition));
  return result;
}

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto described = outcome((*admin)->describe_groups(call.operands()).get());
  if (!described) return described.error();
  Table groups(kTables[0]);
  Table members(kTables[1]);
  for (const auto& item : *described) {
    if (!item.result) {
      call.failed(item.result.error());
      continue;
    }
    const auto& group = *item.result;
    groups.add({group.id, group.type, group.state, group.assignor, known(group.epoch), known(group.coordinator),
                whole(std::ssize(group.members))});
    for (const auto& member : group.members) {
      members.add({group.id, member.id, member.client_id, member.host, maybe(member.instance_id),
                   texts(member.assignment)});
    }
  }
  std::vector<Table> tables;
  tables.push_back(std::move(groups));
  tables.push_back(std::move(members));
  return call.show(std::move(tables));
}

}  // namespace

const Command kGroupDescribe{.name = "group describe",
                             .about = "Show a group's state and its members",
                             .operands = kOperands,
                             .takes = kTakesCluster | kTakesFormat,
                             .tables = kTables,
                             .examples = kExamples,
                             .run = run};

}  // namespace millrace::cli
