// kafka-consumer-groups --describe: what it prints of one group.
#include <algorithm>
#include <array>
#include <set>

#include "cli/scripts/groups.h"

namespace millrace::cli {
namespace {

constexpr std::string_view kMissing = "-";

struct Row {
  client::TopicPartition partition;
  std::string epoch, offset, end, lag, member, host, client;
};

// "topic:0,1;other:2", as members' assignments are shown.
std::string assignment_text(const std::vector<client::TopicPartition>& partitions) {
  std::map<std::string, std::set<std::int32_t>> topics;
  for (const auto& partition : partitions) topics[partition.topic].insert(partition.partition);
  std::string text;
  for (const auto& [topic, numbers] : topics) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ";", topic, fmt::join(numbers, ","));
  }
  return text.empty() ? std::string(kMissing) : text;
}

}  // namespace

client::Result<ConsumerGroups::Offsets> ConsumerGroups::look_up(const std::vector<client::TopicPartition>& partitions,
                                                                std::int64_t spec) {
  Offsets offsets;
  if (partitions.empty()) return offsets;
  std::map<client::TopicPartition, std::int64_t> specs;
  for (const auto& partition : partitions) specs[partition] = spec;
  const auto found = admin_.list_offsets(std::move(specs)).get();
  if (!found) return found.error();
  for (const auto& item : *found) {
    if (item.result) offsets[item.key] = item.result->offset;
  }
  return offsets;
}

int ConsumerGroups::show_offsets(const client::GroupDescription& group) {
  const auto committed = admin_.list_group_offsets(group.id).get();
  if (!committed) return failed("Executing consumer group command failed due to " + plain_message(committed.error()));
  std::vector<client::GroupMember> members = group.members;
  std::ranges::stable_sort(members, std::ranges::greater(), [](const auto& m) { return m.assignment.size(); });
  std::set<client::TopicPartition> assigned;
  std::vector<Row> rows;
  std::vector<client::TopicPartition> all;
  const auto add = [&](std::vector<client::TopicPartition> partitions, std::string_view member, std::string_view host,
                       std::string_view client_id) {
    std::ranges::sort(partitions, {}, [](const auto& p) { return std::pair(p.topic, p.partition); });
    for (auto& partition : partitions) {
      all.push_back(partition);
      rows.push_back({std::move(partition), "-", "-", "-", "-", std::string(member), std::string(host),
                      std::string(client_id)});
    }
  };
  for (const auto& member : members) {
    assigned.insert(member.assignment.begin(), member.assignment.end());
    add(member.assignment, member.id, member.host, member.client_id);
  }
  std::vector<client::TopicPartition> others;
  for (const auto& [partition, position] : *committed) {
    if (!assigned.contains(partition)) others.push_back(partition);
  }
  add(std::move(others), kMissing, kMissing, kMissing);
  const auto ends = look_up(all, client::OffsetSpec::kLatest);
  if (!ends) return failed("Executing consumer group command failed due to " + plain_message(ends.error()));

  std::array<std::size_t, 4> widths{std::max<std::size_t>(15, group.id.size()), 15, 15, 15};
  for (Row& row : rows) {
    const auto position = committed->find(row.partition);
    const auto end = ends->find(row.partition);
    if (end != ends->end()) row.end = std::to_string(end->second);
    if (position != committed->end()) {
      row.offset = std::to_string(position->second.offset);
      if (position->second.leader_epoch) row.epoch = std::to_string(*position->second.leader_epoch);
      if (end != ends->end()) row.lag = std::to_string(end->second - position->second.offset);
    }
    widths[1] = std::max(widths[1], row.partition.topic.size());
    widths[2] = std::max(widths[2], row.member.size());
    widths[3] = std::max(widths[3], row.host.size());
  }
  if (!announce(group, rows.size())) return 0;
  const auto print = [&](std::string_view id, std::string_view topic, std::string_view partition, const Row& row) {
    console_.print("\n{:<{}} {:<{}} {:<10} ", id, widths[0], topic, widths[1], partition);
    if (options_.has("verbose")) console_.print("{:<15} ", row.epoch);
    console_.print("{:<15} {:<15} {:<15} {:<{}} {:<{}} {}", row.offset, row.end, row.lag, row.member, widths[2],
                   row.host, widths[3], row.client);
  };
  print("GROUP", "TOPIC", "PARTITION",
        {{}, "LEADER-EPOCH", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"});
  for (const Row& row : rows) print(group.id, row.partition.topic, std::to_string(row.partition.partition), row);
  console_.out("\n");
  return 0;
}

void ConsumerGroups::show_members(const client::GroupDescription& group) {
  std::array<std::size_t, 5> widths{15, 15, 17, 15, 15};
  bool instances = false;
  const bool rows = announce(group, group.members.size());
  for (const auto& member : group.members) {
    if (!rows) break;
    widths[0] = std::max(widths[0], group.id.size());
    widths[1] = std::max(widths[1], member.id.size());
    widths[2] = std::max(widths[2], member.instance_id.value_or("").size());
    widths[3] = std::max(widths[3], member.host.size());
    widths[4] = std::max(widths[4], member.client_id.size());
    instances = instances || !member.instance_id.value_or("").empty();
  }
  const bool verbose = options_.has("verbose");
  const auto print = [&](std::string_view id, const client::GroupMember& member, std::string_view count) {
    console_.print("{:<{}} {:<{}} ", id, widths[0], member.id, widths[1]);
    if (instances) console_.print("{:<{}} ", member.instance_id.value_or(""), widths[2]);
    console_.print("{:<{}} {:<{}} {:<15} ", member.host, widths[3], member.client_id, widths[4], count);
  };
  console_.out("\n");
  print("GROUP", {"CONSUMER-ID", "GROUP-INSTANCE-ID", "CLIENT-ID", "HOST", {}, {}}, "#PARTITIONS");
  if (verbose) {
    console_.print("{:<15} {:<20} {:<15} {:<20}", "CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH",
                   "TARGET-ASSIGNMENT");
  }
  console_.out("\n");
  for (const auto& member : group.members) {
    print(group.id, member, std::to_string(member.assignment.size()));
    if (verbose) {
      const std::string epoch = group.epoch < 0 ? "-" : std::to_string(group.epoch);
      console_.print("{:<15} {:<20} {:<15} {:<20}", epoch, assignment_text(member.assignment), epoch,
                     assignment_text(group.epoch < 0 ? std::vector<client::TopicPartition>() : member.target));
    }
    console_.out("\n");
  }
}

int ConsumerGroups::show_state(const client::GroupDescription& group) {
  if (!announce(group, 1)) return 0;
  const auto cluster = admin_.describe_cluster().get();
  if (!cluster) return failed("Executing consumer group command failed due to " + plain_message(cluster.error()));
  std::string coordinator(kMissing);
  for (const auto& node : cluster->nodes) {
    if (node.id == group.coordinator) coordinator = fmt::format("{}:{}  ({})", node.host, node.port, node.id);
  }
  const std::size_t id_width = std::max<std::size_t>(15, group.id.size());
  const std::size_t width = std::max<std::size_t>(25, coordinator.size());
  // The epoch of the target is the group's while nothing moves.
  const std::string epoch = group.epoch < 0 ? std::string(kMissing) : std::to_string(group.epoch);
  const std::string target = group.state == "Stable" ? epoch : std::string(kMissing);
  const auto row = [&](std::string_view id, std::string_view where, std::string_view assignor, std::string_view state,
                       std::string_view group_epoch, std::string_view target_epoch, const auto& members) {
    console_.print("\n{:<{}} {:<{}} {:<20} {:<20} ", id, id_width, where, width, assignor, state);
    if (options_.has("verbose")) console_.print("{:<15} {:<25} ", group_epoch, target_epoch);
    console_.print("{}", members);
  };
  row("GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH",
      "#MEMBERS");
  row(group.id, coordinator, group.assignor.empty() ? kMissing : group.assignor, group.state, epoch, target,
      group.members.size());
  console_.out("\n");
  return 0;
}

}  // namespace millrace::cli
