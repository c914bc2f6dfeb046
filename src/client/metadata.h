#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"
#include "ports/net.h"
#include "protocol/errc.h"
#include "protocol/gen/metadata.h"

namespace millrace::client {

struct BrokerView {
  NodeId id;
  ports::Endpoint endpoint;
  std::optional<std::string> rack;
};

struct PartitionView {
  PartitionIndex index;
  protocol::Errc error = protocol::Errc::none;
  NodeId leader = kNoNode;
  LeaderEpoch epoch = kNoEpoch;
  std::vector<NodeId> replicas;
  std::vector<NodeId> isr;
  std::vector<NodeId> offline;
};

struct TopicView {
  std::string name;
  ::millrace::Uuid id;  // zero from brokers before Kafka 2.8
  bool internal = false;
  protocol::Errc error = protocol::Errc::none;
  std::vector<PartitionView> partitions;  // by index

  // Null if there is no such partition.
  const PartitionView* find(PartitionIndex index) const;
};
using TopicPtr = std::shared_ptr<const TopicView>;

// Who leads a partition now, as an answer to a produce or fetch request has told (KIP-951).
struct LeaderHint {
  std::string topic;
  PartitionIndex partition;
  NodeId leader;
  LeaderEpoch epoch;
};

// What is known of the cluster at one moment. Immutable: a newer one replaces it whole, sharing what did not change.
struct ClusterView {
  std::uint64_t serial = 0;  // 0: nothing is known
  std::string cluster_id;
  NodeId controller = kNoNode;
  std::map<NodeId, BrokerView> brokers;
  std::map<std::string, TopicPtr, std::less<>> topics;
  std::map<::millrace::Uuid, std::string> names;

  const TopicView* topic(std::string_view name) const;
  const TopicView* topic(const ::millrace::Uuid& id) const;
  // Null if the topic or partition is not known.
  const PartitionView* partition(std::string_view topic, PartitionIndex index) const;
  // kNoNode if it is not known or there is none.
  NodeId leader(std::string_view topic, PartitionIndex index) const;
};
using ClusterViewPtr = std::shared_ptr<const ClusterView>;

// The view after a broker's answer. `kept`: topics that are to stay although the answer does not speak of them; none:
// the answer speaks of all. A leader with an older epoch than the one known is not believed, unless the topic is
// another one of the same name.
ClusterViewPtr merge(const ClusterView& old, const protocol::MetadataResponse& answer,
                     const std::set<std::string, std::less<>>* kept);
// The view with newer leaders.
ClusterViewPtr merge(const ClusterView& old, const std::vector<LeaderHint>& hints,
                     const std::vector<BrokerView>& brokers);

// Whether some topic's or partition's error will pass, so that it is worth asking again.
bool unsettled(const ClusterView& view);

}  // namespace millrace::client
