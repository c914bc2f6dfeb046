#include <cstddef>
#include <optional>
#include <vector>

#include "metadata/draft.h"
#include "metadata/limits.h"

namespace millrace::metadata {
namespace {

constexpr std::int32_t kLeaderUnchanged = -2;  // of PartitionChangeRecord
constexpr std::int8_t kRecoveryUnchanged = -1;

std::vector<NodeId> nodes(const std::vector<std::int32_t>& ids) {
  std::vector<NodeId> nodes;
  nodes.reserve(ids.size());
  for (const std::int32_t id : ids) nodes.push_back(NodeId(id));
  return nodes;
}
std::vector<NodeId> nodes(const std::optional<std::vector<std::int32_t>>& ids) {
  return ids ? nodes(*ids) : std::vector<NodeId>();
}
void replace(std::vector<NodeId>& into, const std::optional<std::vector<std::int32_t>>& ids) {
  if (ids) into = nodes(*ids);
}

std::string no_such(std::int32_t partition, const Uuid& topic) {
  return "there is no partition " + std::to_string(partition) + " of a topic with the id " + topic.text();
}

// Directories follow their replicas when the record names only the replicas.
std::vector<Uuid> carried_over(const PartitionImage& before, const std::vector<NodeId>& replicas) {
  std::vector<Uuid> directories;
  for (const NodeId id : replicas) directories.push_back(before.directory_of(id));
  return directories;
}

void forget_elr(TopicImage& topic) {
  for (PartitionImage& partition : topic.partitions) {
    partition.elr.clear();
    partition.last_known_elr.clear();
  }
}

}  // namespace

Outcome replay(Draft& draft, const protocol::PartitionRecord& record) {
  TopicImage* topic = draft.touch(record.topic_id);
  if (topic == nullptr || record.partition_id < 0 || record.partition_id >= kMaxPartitionsPerTopic) {
    return no_such(record.partition_id, record.topic_id);
  }
  const auto at = static_cast<std::size_t>(record.partition_id);
  // Within one group of records partitions may come in any order; settle() finds what stays missing.
  if (at >= topic->partitions.size()) {
    PartitionImage missing;
    missing.index = PartitionIndex(-1);
    topic->partitions.resize(at + 1, missing);
  }
  PartitionImage& partition = topic->partitions[at];
  partition.index = PartitionIndex(record.partition_id);
  partition.replicas = nodes(record.replicas);
  partition.isr = nodes(record.isr);
  partition.elr = nodes(record.eligible_leader_replicas);
  partition.last_known_elr = nodes(record.last_known_elr);
  partition.removing = nodes(record.removing_replicas);
  partition.adding = nodes(record.adding_replicas);
  partition.directories = record.directories;
  if (partition.directories.empty()) partition.directories.resize(partition.replicas.size());
  partition.leader = NodeId(record.leader);
  partition.leader_epoch = LeaderEpoch(record.leader_epoch);
  partition.partition_epoch = record.partition_epoch;
  partition.leader_recovery_state = record.leader_recovery_state;
  return {};
}

// Every change of the leader, also to none or to the same one again, begins a leader epoch; every record begins a
// partition epoch.
Outcome replay(Draft& draft, const protocol::PartitionChangeRecord& record) {
  TopicImage* topic = draft.touch(record.topic_id);
  if (topic == nullptr || record.partition_id < 0 ||
      static_cast<std::size_t>(record.partition_id) >= topic->partitions.size()) {
    return no_such(record.partition_id, record.topic_id);
  }
  PartitionImage& partition = topic->partitions[static_cast<std::size_t>(record.partition_id)];
  if (record.directories) {
    partition.directories = *record.directories;
  } else if (record.replicas) {
    partition.directories = carried_over(partition, nodes(*record.replicas));
  }
  replace(partition.replicas, record.replicas);
  replace(partition.isr, record.isr);
  replace(partition.elr, record.eligible_leader_replicas);
  replace(partition.last_known_elr, record.last_known_elr);
  replace(partition.removing, record.removing_replicas);
  replace(partition.adding, record.adding_replicas);
  if (record.leader != kLeaderUnchanged) {
    partition.leader = NodeId(record.leader);
    partition.leader_epoch = LeaderEpoch(partition.leader_epoch.value() + 1);
  }
  if (record.leader_recovery_state != kRecoveryUnchanged) {
    partition.leader_recovery_state = record.leader_recovery_state;
  }
  ++partition.partition_epoch;
  return {};
}

// An empty name means every topic.
Outcome replay(Draft& draft, const protocol::ClearElrRecord& record) {
  std::vector<Uuid> ids;
  if (record.topic_name.empty()) {
    draft.state.topics_by_id.for_each([&](const Uuid& id, const auto&) { ids.push_back(id); });
  } else if (const auto* topic = draft.state.topics_by_name.find(record.topic_name)) {
    ids.push_back((*topic)->id);
  } else {
    return "there is no topic " + std::string(record.topic_name);
  }
  for (const Uuid& id : ids) forget_elr(*draft.touch(id));
  return {};
}

}  // namespace millrace::metadata
