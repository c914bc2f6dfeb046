#pragma once

#include <string>
#include <vector>

#include "client/cluster.h"

namespace millrace::client {

// Tells the cluster of the new leaders that an answer to a fetch, of whichever kind, names with its errors (KIP-951).
template <typename FetchAnswer>
void learn_leaders(Cluster& cluster, const FetchAnswer& answer) {
  std::vector<LeaderHint> hints;
  std::vector<BrokerView> brokers;
  for (const auto& topic : answer.responses) {
    std::string name;
    if (const TopicView* by_id = cluster.view()->topic(topic.topic_id)) {
      name = by_id->name;
    } else if constexpr (requires { topic.topic; }) {
      name = std::string(topic.topic);
    }
    for (const auto& part : topic.partitions) {
      if (part.current_leader.leader_id < 0 || name.empty()) continue;
      hints.push_back({name, PartitionIndex(part.partition_index), NodeId(part.current_leader.leader_id),
                       LeaderEpoch(part.current_leader.leader_epoch)});
    }
  }
  if (hints.empty()) return;
  for (const auto& node : answer.node_endpoints) {
    brokers.push_back({NodeId(node.node_id), {std::string(node.host), static_cast<std::uint16_t>(node.port)},
                       node.rack ? std::optional(std::string(*node.rack)) : std::nullopt});
  }
  cluster.learn(hints, brokers);
}

}  // namespace millrace::client
