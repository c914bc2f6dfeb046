#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "client/cluster.h"
#include "millrace/partition_description.h"
#include "millrace/result.h"

namespace millrace::client {

using PartitionList = std::vector<PartitionDescription>;
using TopicPartitionLists = std::map<std::string, PartitionList>;

// The partitions of one topic, by number, asked of a broker now. What passes is tried again until `timeout`; that there
// is no such topic only where topics are created by being asked for (ClusterOptions::allow_topic_creation) and `waits`.
void list_partitions(Cluster& cluster, std::string topic, bool waits, Millis timeout,
                     Callback<void(Result<PartitionList>)> done);
// Those of all topics that this user may see.
void list_all_partitions(Cluster& cluster, Millis timeout, Callback<void(Result<TopicPartitionLists>)> done);

}  // namespace millrace::client
