#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "broker/node_facts.h"
#include "metadata/image.h"

namespace millrace::broker {

inline std::vector<std::int32_t> numbers(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> out;
  out.reserve(nodes.size());
  for (const NodeId node : nodes) out.push_back(node.value());
  return out;
}

// Where clients of `listener` reach the node; null if it has no such listener.
inline const metadata::EndpointImage* endpoint_of(const metadata::BrokerImage& broker, const Listener& listener) {
  const auto at = std::find_if(broker.endpoints.begin(), broker.endpoints.end(),
                               [&](const auto& endpoint) { return endpoint.listener == listener.name; });
  return at != broker.endpoints.end() ? &*at : nullptr;
}

// The replicas on nodes that clients of `listener` do not reach.
inline std::vector<std::int32_t> offline_replicas(const metadata::Image& image,
                                                  const metadata::PartitionImage& partition,
                                                  const Listener& listener) {
  std::vector<std::int32_t> out;
  for (const NodeId replica : partition.replicas) {
    const auto* node = image.broker(replica);
    if (node == nullptr || node->fenced || endpoint_of(*node, listener) == nullptr) out.push_back(replica.value());
  }
  return out;
}

}  // namespace millrace::broker
