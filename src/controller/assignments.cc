#include "controller/assignments.h"

#include <algorithm>

#include "config/meta_properties.h"
#include "controller/placement.h"
#include "controller/record_versions.h"

namespace millrace::controller {

bool is_active(const metadata::Image& image, NodeId id) {
  const metadata::BrokerImage* broker = image.broker(id);
  return broker != nullptr && !broker->fenced && !broker->in_controlled_shutdown;
}

bool has_online_directory(const metadata::Image& image, const metadata::PartitionImage& partition, NodeId replica) {
  const metadata::BrokerImage* broker = image.broker(replica);
  if (broker == nullptr || broker->log_dirs.empty()) return true;
  const Uuid directory = partition.directory_of(replica);
  if (directory == Uuid{} || directory == config::kUnassignedDirectory) return true;
  return std::find(broker->log_dirs.begin(), broker->log_dirs.end(), directory) != broker->log_dirs.end();
}

std::optional<std::string> check_replicas(const metadata::Image& image, const std::vector<std::int32_t>& ids,
                                          std::size_t factor) {
  const std::string assignment = "The manual partition assignment includes ";
  if (ids.empty()) return assignment + "an empty replica list.";
  std::vector<std::int32_t> sorted = ids;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::string id = std::to_string(sorted[i]);
    if (image.broker(NodeId(sorted[i])) == nullptr) {
      return assignment + "broker " + id + ", but no such broker is registered.";
    }
    if (i > 0 && sorted[i] == sorted[i - 1]) return assignment + "the broker " + id + " more than once.";
  }
  if (factor != 0 && ids.size() != factor) {
    return assignment + "a partition with " + std::to_string(ids.size()) +
           " replica(s), but this is not consistent with previous partitions, which have " + std::to_string(factor) +
           " replica(s).";
  }
  return std::nullopt;
}

std::optional<std::string> check_new_replicas(const metadata::Image& image, std::int32_t index,
                                              const std::vector<std::int32_t>& ids, std::size_t factor) {
  if (auto problem = check_replicas(image, ids, factor)) return problem;
  if (std::any_of(ids.begin(), ids.end(), [&](std::int32_t id) { return is_active(image, NodeId(id)); })) {
    return std::nullopt;
  }
  return "All brokers specified in the manual partition assignment for partition " + std::to_string(index) +
         " are fenced or in controlled shutdown.";
}

void record_partition(const Context& context, const Uuid& topic, std::int32_t index,
                      const std::vector<NodeId>& replicas, Decision& decision) {
  const RecordVersions versions(context.image);
  protocol::PartitionRecord record;
  record.topic_id = topic;
  record.partition_id = index;
  for (const NodeId id : replicas) {
    record.replicas.push_back(id.value());
    if (is_active(context.image, id)) record.isr.push_back(id.value());
    if (versions.knows_directories()) record.directories.push_back(directory_for(context.image, id));
  }
  record.leader = record.isr.empty() ? -1 : record.isr[0];
  record.leader_epoch = 0;
  record.partition_epoch = 0;
  decision.record(record, versions.partition());
}

std::vector<NodeId> nodes_of(const std::vector<std::int32_t>& ids) {
  std::vector<NodeId> nodes;
  nodes.reserve(ids.size());
  for (const std::int32_t id : ids) nodes.push_back(NodeId(id));
  return nodes;
}

std::vector<std::int32_t> ids_of(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> ids;
  ids.reserve(nodes.size());
  for (const NodeId node : nodes) ids.push_back(node.value());
  return ids;
}

}  // namespace millrace::controller
