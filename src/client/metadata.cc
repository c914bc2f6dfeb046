#include "client/metadata.h"

#include <algorithm>
#include <utility>

namespace millrace::client {
namespace {

using protocol::MetadataResponse;

std::vector<NodeId> nodes(const std::vector<std::int32_t>& ids) {
  std::vector<NodeId> result;
  result.reserve(ids.size());
  for (const std::int32_t id : ids) result.push_back(NodeId(id));
  return result;
}

PartitionView partition_of(const MetadataResponse::MetadataResponsePartition& from, const TopicView* before) {
  PartitionView partition{PartitionIndex(from.partition_index), protocol::from_wire(from.error_code),
                          NodeId(from.leader_id),               LeaderEpoch(from.leader_epoch),
                          nodes(from.replica_nodes),            nodes(from.isr_nodes),
                          nodes(from.offline_replicas)};
  const PartitionView* known = before != nullptr ? before->find(partition.index) : nullptr;
  const bool older = known != nullptr && partition.epoch != kNoEpoch && partition.epoch < known->epoch;
  return older ? *known : partition;
}

TopicPtr topic_of(const MetadataResponse::MetadataResponseTopic& from, std::string name, const TopicView* before) {
  if (before != nullptr && before->id != from.topic_id && !from.topic_id.is_zero()) before = nullptr;
  auto topic = std::make_shared<TopicView>();
  topic->name = std::move(name);
  topic->id = from.topic_id;
  topic->internal = from.is_internal;
  topic->error = protocol::from_wire(from.error_code);
  topic->partitions.reserve(from.partitions.size());
  for (const auto& partition : from.partitions) topic->partitions.push_back(partition_of(partition, before));
  std::ranges::sort(topic->partitions, {}, &PartitionView::index);
  return topic;
}

// A topic that a broker knows only by id keeps the name under which it was known.
std::optional<std::string> name_of(const ClusterView& old, const MetadataResponse::MetadataResponseTopic& topic) {
  if (topic.name && !topic.name->empty()) return std::string(*topic.name);
  const auto known = old.names.find(topic.topic_id);
  return known == old.names.end() ? std::nullopt : std::optional(known->second);
}

void index_names(ClusterView& view) {
  for (const auto& [name, topic] : view.topics) {
    if (!topic->id.is_zero()) view.names.emplace(topic->id, name);
  }
}

}  // namespace

const PartitionView* TopicView::find(PartitionIndex index) const {
  const auto at = std::ranges::lower_bound(partitions, index, {}, &PartitionView::index);
  return at != partitions.end() && at->index == index ? &*at : nullptr;
}

const TopicView* ClusterView::topic(std::string_view name) const {
  const auto at = topics.find(name);
  return at == topics.end() ? nullptr : at->second.get();
}

const TopicView* ClusterView::topic(const ::millrace::Uuid& id) const {
  const auto at = names.find(id);
  return at == names.end() ? nullptr : topic(at->second);
}

const PartitionView* ClusterView::partition(std::string_view name, PartitionIndex index) const {
  const TopicView* found = topic(name);
  return found == nullptr ? nullptr : found->find(index);
}

NodeId ClusterView::leader(std::string_view name, PartitionIndex index) const {
  const PartitionView* found = partition(name, index);
  return found == nullptr ? kNoNode : found->leader;
}

ClusterViewPtr merge(const ClusterView& old, const MetadataResponse& answer,
                     const std::set<std::string, std::less<>>* kept) {
  auto view = std::make_shared<ClusterView>();
  view->serial = old.serial + 1;
  view->cluster_id = answer.cluster_id ? std::string(*answer.cluster_id) : old.cluster_id;
  view->controller = NodeId(answer.controller_id);
  for (const auto& broker : answer.brokers) {
    const NodeId id(broker.node_id);
    view->brokers[id] = BrokerView{id,
                                   {std::string(broker.host), static_cast<std::uint16_t>(broker.port)},
                                   broker.rack ? std::optional(std::string(*broker.rack)) : std::nullopt};
  }
  if (kept != nullptr) {
    for (const auto& [name, topic] : old.topics) {
      if (kept->contains(name)) view->topics.emplace(name, topic);
    }
  }
  for (const auto& topic : answer.topics) {
    const auto name = name_of(old, topic);
    if (name) view->topics[*name] = topic_of(topic, *name, old.topic(*name));
  }
  index_names(*view);
  return view;
}

ClusterViewPtr merge(const ClusterView& old, const std::vector<LeaderHint>& hints,
                     const std::vector<BrokerView>& brokers) {
  auto view = std::make_shared<ClusterView>(old);
  ++view->serial;
  for (const BrokerView& broker : brokers) {
    const auto known = view->brokers.find(broker.id);
    BrokerView merged = broker;
    if (known != view->brokers.end() && !merged.rack) merged.rack = known->second.rack;
    view->brokers[broker.id] = std::move(merged);
  }
  for (const LeaderHint& hint : hints) {
    const PartitionView* known = old.partition(hint.topic, hint.partition);
    if (known == nullptr || hint.epoch <= known->epoch || !view->brokers.contains(hint.leader)) continue;
    auto topic = std::make_shared<TopicView>(*view->topics.at(hint.topic));
    const auto at = std::ranges::lower_bound(topic->partitions, hint.partition, {}, &PartitionView::index);
    at->leader = hint.leader;
    at->epoch = hint.epoch;
    at->error = protocol::Errc::none;
    view->topics[hint.topic] = std::move(topic);
  }
  return view;
}

bool unsettled(const ClusterView& view) {
  return std::ranges::any_of(view.topics, [](const auto& entry) {
    const TopicView& topic = *entry.second;
    if (topic.error != protocol::Errc::none) return protocol::retriable(topic.error);
    return std::ranges::any_of(topic.partitions, [](const PartitionView& partition) {
      return partition.leader == kNoNode ||
             (partition.error != protocol::Errc::none && protocol::retriable(partition.error) &&
              partition.error != protocol::Errc::replica_not_available);
    });
  });
}

}  // namespace millrace::client
