#pragma once

#include <vector>

#include "client/consumer/assignor.h"
#include "client/metadata.h"

namespace millrace::client {

// Of all partitions of the topic. Brokers that are away tell nobody their racks.
PartitionRacks racks_of(const ClusterView& view, const TopicView& topic);
// Whether the member stands in the rack of a replica.
bool near(const Assignee& member, const TopicPartition& key, const PartitionRacks& racks);
// Whether it makes a difference who of them reads which partitions of these topics: some have partitions near, and not
// all partitions have replicas in the same racks.
bool racks_matter(const std::vector<const Assignee*>& members, const PartitionCounts& topics,
                  const PartitionRacks& racks);

}  // namespace millrace::client
