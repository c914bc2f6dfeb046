#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/consumer/options.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// What the leader of a classic group knows of a member.
struct Assignee {
  std::string id;
  std::optional<std::string> instance_id;
  std::vector<std::string> topics;     // subscribed
  std::vector<TopicPartition> owned;   // in its last generation
  std::int32_t generation = -1;        // of `owned`; -1 not known
  std::string rack{};                  // empty: not known
};
using Assignees = std::vector<Assignee>;
using PartitionCounts = std::map<std::string, std::int32_t>;  // by topic; topics that do not exist are not there
// Where the replicas of a partition stand, those that are offline too; a partition of which that is not known has none.
using PartitionRacks = std::map<TopicPartition, std::set<std::string>>;
using GroupAssignment = std::map<std::string, std::vector<TopicPartition>>;  // by member id; every member is there

// Each shares out the partitions of all subscribed topics; pure, and the same for every leader. Where racks matter, all
// but round robin prefer members in the rack of a replica, which they read from without crossing racks (KIP-881); that
// the shares are even, and of range that topics can be joined, goes before.
//
// Of each topic every subscriber gets one range, the first ones a partition more: topics with the same number of
// partitions are shared out alike, so that they can be joined.
GroupAssignment assign_range(Assignees members, const PartitionCounts& topics, const PartitionRacks& racks = {});
// Partition after partition to the next subscriber.
GroupAssignment assign_roundrobin(Assignees members, const PartitionCounts& topics);
// Evens out what members have, and takes as little away as it can (KIP-54): by the same steps as Kafka's leaders, so
// that a group whose leader changes from one client to the other stays as it is.
GroupAssignment assign_sticky(Assignees members, const PartitionCounts& topics, const PartitionRacks& racks = {});
// The same in two steps (KIP-429): a partition that moves is first taken away, and given in the next rebalance.
GroupAssignment assign_cooperative_sticky(Assignees members, const PartitionCounts& topics,
                                          const PartitionRacks& racks = {});

GroupAssignment assign(Strategy strategy, Assignees members, const PartitionCounts& topics,
                       const PartitionRacks& racks = {});
// "cooperative-sticky", as members tell it each other.
std::string_view protocol_name(Strategy strategy);
// Members in the order that assignors go by: static members by their names first, then by member ids.
void sort_members(Assignees& members);

}  // namespace millrace::client
