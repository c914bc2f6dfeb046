#pragma once

#include <algorithm>
#include <set>
#include <vector>

#include "broker/node_facts.h"
#include "metadata/image.h"

namespace millrace::broker {

// Who leads instead, for answers that send a client elsewhere (KIP-951): per partition the leader and its epoch, and
// once per node where to find it.
class LeaderHints {
 public:
  // Fills the `current_leader` of a partition's answer. Does nothing for a partition that the topic does not have.
  template <typename CurrentLeader>
  void add(const metadata::TopicImage& topic, PartitionIndex index, CurrentLeader& current_leader) {
    const auto at = static_cast<std::size_t>(index.value());
    if (index.value() < 0 || at >= topic.partitions.size()) return;
    const auto& partition = topic.partitions[at];
    current_leader.leader_id = partition.leader.value();
    current_leader.leader_epoch = partition.leader_epoch.value();
    if (partition.leader != kNoNode) nodes_.insert(partition.leader);
  }

  // The nodes that were named, as clients of `listener` reach them. The strings are the image's.
  template <typename NodeEndpoint>
  void list(const metadata::Image& image, const Listener& listener, std::vector<NodeEndpoint>& endpoints) const {
    for (const NodeId node : nodes_) {
      const auto* broker = image.broker(node);
      if (broker == nullptr) continue;
      const auto at = std::find_if(broker->endpoints.begin(), broker->endpoints.end(),
                                   [&](const auto& endpoint) { return endpoint.listener == listener.name; });
      if (at == broker->endpoints.end()) continue;
      NodeEndpoint entry;
      entry.node_id = node.value();
      entry.host = at->host;
      entry.port = at->port;
      if (broker->rack) entry.rack = *broker->rack;
      endpoints.push_back(entry);
    }
  }

 private:
  std::set<NodeId> nodes_;
};

}  // namespace millrace::broker
