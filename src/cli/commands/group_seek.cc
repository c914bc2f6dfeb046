#include <fmt/format.h>

#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"GROUP"}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"to", "POSITION", "Required: start, end, an offset, +N or -N from where it is, or @TIME such as @-1h"},
    {"topic", "TOPIC[:PARTITIONS]", "Only these (all that the group has committed); may be given several times", false,
     "t"},
});
constexpr auto kColumns = std::to_array<Column>({
    {"group", Type::text, "its id"},
    {"topic", Type::text, "the topic's name"},
    {"partition", Type::whole, "its number"},
    {"from", Type::whole, "where the group was; none: nowhere"},
    {"to", Type::whole, "where it reads next, within what the partition holds"},
    {"end", Type::whole, "the next offset to be written"},
    kDoneColumn,
    kErrorColumn,
});
constexpr auto kTables = std::to_array<TableSpec>({{"partitions", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace group seek billing --to @-1h", "Read the last hour again, after asking"},
    {"millrace group seek billing --to end -t orders -y", "Skip what is left of one topic"},
    {"millrace group seek billing --to -100 --dry-run", "What going back by 100 in each partition would do"},
});

// Who stands in the way: a group that is read now keeps its own positions.
std::string members_of(const client::GroupDescription& group) {
  std::string text;
  for (const auto& member : group.members) {
    text += fmt::format("{}{} at {}", text.empty() ? "" : ", ", member.client_id, member.host);
  }
  return text;
}

Outcome<void> refuse_active(const std::string& id,
                            const client::Result<client::Items<std::string, client::GroupDescription>>& described) {
  if (!described) return failure_with_step(described.error());
  for (const auto& item : *described) {
    if (!item.result || item.result->members.empty()) continue;
    return Failure{kSomeFailed, fmt::format("group {} has members that would put their own positions back: {}; stop "
                                            "them first\n  next: millrace group describe {}",
                                            id, members_of(*item.result), id)};
  }
  return {};
}

class Seek {
 public:
  Seek(Call& call, client::Admin& admin) : call_(call), admin_(admin), group_(call.operand(0)) {}

  Outcome<void> plan(const Position& position) {
    auto asked_group = admin_.describe_groups({group_});
    auto asked_present = admin_.list_group_offsets(group_);
    MR_TRY(refuse_active(group_, asked_group.get()));
    const auto present = outcome(asked_present.get());
    if (!present) return present.error();
    std::vector<client::TopicPartition> partitions;
    for (const auto& [partition, at] : *present) {
      present_[partition] = at.offset;
      partitions.push_back(partition);
    }
    if (call_.options().has("topic")) {
      auto named = named_partitions(admin_, call_.options().all("topic"));
      if (!named) return named.error();
      partitions = *std::move(named);
    }
    if (partitions.empty()) {
      return Failure{kUsage, fmt::format("group {} has committed nothing: name its topics with --topic", group_)};
    }
    auto bounds = bounds_of(call_, admin_, partitions);
    if (!bounds) return bounds.error();
    bounds_ = *std::move(bounds);
    auto targets = resolve(call_, admin_, position, partitions, bounds_, present_);
    if (!targets) return targets.error();
    targets_ = *std::move(targets);
    return {};
  }

  Table shown() const {
    Table table(kTables[0]);
    for (const auto& [partition, to] : targets_) table.add(row(partition, to, false, {}));
    return table;
  }

  Outcome<int> carry_out() {
    std::map<client::TopicPartition, client::OffsetAndMetadata> offsets;
    for (const auto& [partition, to] : targets_) offsets[partition].offset = to;
    const auto altered = outcome(admin_.alter_group_offsets(group_, std::move(offsets)).get());
    if (!altered) return altered.error();
    Table table(kTables[0]);
    for (const auto& item : *altered) {
      const auto [done, error] = done_cells(call_, item.result);
      table.add(row(item.key, targets_.at(item.key), done, error));
    }
    return call_.show({std::move(table)});
  }

 private:
  std::vector<Cell> row(const client::TopicPartition& partition, std::int64_t to, Cell done, Cell error) const {
    const auto from = present_.find(partition);
    return {group_, partition.topic, whole(partition.partition), from == present_.end() ? Cell() : Cell(from->second),
            whole(to), whole(bounds_.next.at(partition)), std::move(done), std::move(error)};
  }

  Call& call_;
  client::Admin& admin_;
  std::string group_;
  Offsets present_;
  Bounds bounds_;
  Offsets targets_;
};

Outcome<int> run(Call& call) {
  const auto text = call.required("to");
  if (!text) return text.error();
  const auto position = parse_position(*text, now_ms());
  if (!position) return position.error();
  const auto admin = call.admin();
  if (!admin) return admin.error();
  Seek seek(call, **admin);
  MR_TRY(seek.plan(*position));
  return plan_ask_act(
      call, "Move the group there?", [&] { return seek.shown(); }, [&] { return seek.carry_out(); });
}

}  // namespace

const Command kGroupSeek{.name = "group seek",
                         .about = "Move a group to another place in its topics",
                         .operands = kOperands,
                         .options = kOptions,
                         .takes = kTakesCluster | kTakesFormat | kTakesPlan,
                         .tables = kTables,
                         .examples = kExamples,
                         .run = run};

}  // namespace millrace::cli
