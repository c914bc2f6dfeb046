#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"GROUP", true, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"max", "N", "Exit with code 5 when a partition has more left to read"},
});
constexpr auto kColumns = std::to_array<Column>({
    {"group", Type::text, "its id"},
    {"topic", Type::text, "the topic's name"},
    {"partition", Type::whole, "its number"},
    {"committed", Type::whole, "the next offset to be read; none: nothing was committed"},
    {"end", Type::whole, "the next offset to be written"},
    {"lag", Type::whole, "offsets left to read"},
    {"client", Type::text, "client.id of the member that reads it; none: nobody does"},
    {"host", Type::text, "where that member comes from"},
});
constexpr auto kTables = std::to_array<TableSpec>({{"partitions", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace group lag billing", "How far behind a group is, by partition"},
    {"millrace group lag", "All groups"},
    {"millrace group lag billing --max 1000", "A check for a monitor: exit code 5 when it is too far behind"},
});

struct Reading {
  std::optional<std::int64_t> committed;
  const client::GroupMember* member = nullptr;
};
using Readings = std::map<client::TopicPartition, Reading>;

Outcome<std::vector<std::string>> asked_for(Call& call, client::Admin& admin) {
  if (!call.operands().empty()) return call.operands();
  const auto listed = outcome(admin.list_groups().get());
  if (!listed) return listed.error();
  std::vector<std::string> ids;
  for (const auto& group : *listed) {
    if (group.type.empty() || group.type == "Classic" || group.type == "Consumer") ids.push_back(group.id);
  }
  return ids;
}

Outcome<int> run(Call& call) {
  const auto most = call.whole_option("max", 0);
  if (!most) return most.error();
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto ids = asked_for(call, **admin);
  if (!ids) return ids.error();
  auto asked_groups = (*admin)->describe_groups(*ids);
  std::vector<client::Future<std::map<client::TopicPartition, client::OffsetAndMetadata>>> asked_positions;
  for (const auto& id : *ids) asked_positions.push_back((*admin)->list_group_offsets(id));
  const auto groups = outcome(asked_groups.get());
  if (!groups) return groups.error();
  std::map<std::string, Readings> readings;
  std::set<client::TopicPartition> all;
  for (std::size_t i = 0; i < ids->size(); ++i) {
    const auto positions = asked_positions[i].get();
    const auto* group = client::find(*groups, (*ids)[i]);
    if (!positions || group == nullptr || !*group) {
      if (!positions) call.failed(positions.error());
      if (positions && group != nullptr) call.failed(group->error());
      continue;
    }
    auto& own = readings[(*ids)[i]];
    for (const auto& [partition, position] : *positions) own[partition].committed = position.offset;
    for (const auto& member : (*group)->members) {
      for (const auto& partition : member.assignment) own[partition].member = &member;
    }
    for (const auto& [partition, reading] : own) all.insert(partition);
  }
  const auto ends = offsets_at(call, **admin, {all.begin(), all.end()}, client::OffsetSpec::kLatest);
  if (!ends) return ends.error();
  Table table(kTables[0]);
  bool too_far = false;
  for (const auto& [id, own] : readings) {
    for (const auto& [partition, reading] : own) {
      const auto end = ends->find(partition);
      const bool told = reading.committed && end != ends->end();
      const std::int64_t lag = told ? std::max<std::int64_t>(end->second - *reading.committed, 0) : -1;
      too_far = too_far || (*most && lag > **most);
      table.add({id, partition.topic, whole(partition.partition), maybe(reading.committed),
                 end == ends->end() ? Cell() : Cell(end->second), known(lag),
                 reading.member ? Cell(reading.member->client_id) : Cell(),
                 reading.member ? Cell(reading.member->host) : Cell()});
    }
  }
  const int code = call.show({std::move(table)});
  return code == kDone && too_far ? kCheckFailed : code;
}

}  // namespace

const Command kGroupLag{.name = "group lag",
                        .about = "Show how far behind groups are",
                        .operands = kOperands,
                        .options = kOptions,
                        .takes = kTakesCluster | kTakesFormat,
                        .tables = kTables,
                        .examples = kExamples,
                        .run = run};

}  // namespace millrace::cli
