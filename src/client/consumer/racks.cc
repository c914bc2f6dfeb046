#include "client/consumer/racks.h"

#include <algorithm>

namespace millrace::client {

PartitionRacks racks_of(const ClusterView& view, const TopicView& topic) {
  PartitionRacks racks;
  for (const PartitionView& partition : topic.partitions) {
    for (const NodeId replica : partition.replicas) {
      const auto broker = view.brokers.find(replica);
      if (broker == view.brokers.end() || !broker->second.rack) continue;
      racks[{topic.name, partition.index.value()}].insert(*broker->second.rack);
    }
  }
  return racks;
}

bool near(const Assignee& member, const TopicPartition& key, const PartitionRacks& racks) {
  const auto at = racks.find(key);
  return at != racks.end() && at->second.contains(member.rack);
}

bool racks_matter(const std::vector<const Assignee*>& members, const PartitionCounts& topics,
                  const PartitionRacks& racks) {
  const auto racks_of = [&racks](const std::string& topic, std::int32_t partition) {
    const auto at = racks.find({topic, partition});
    return at == racks.end() ? std::set<std::string>() : at->second;
  };
  std::set<std::string> all;
  for (const auto& [topic, count] : topics) {
    for (std::int32_t i = 0; i < count; ++i) all.merge(racks_of(topic, i));
  }
  if (std::ranges::none_of(members, [&](const Assignee* member) { return all.contains(member->rack); })) return false;
  for (const auto& [topic, count] : topics) {
    for (std::int32_t i = 0; i < count; ++i) {
      if (racks_of(topic, i) != all) return true;
    }
  }
  return false;
}

}  // namespace millrace::client
