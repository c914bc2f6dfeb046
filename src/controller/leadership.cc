#include "controller/leadership.h"

#include <algorithm>
#include <vector>

#include "controller/record_versions.h"

namespace millrace::controller {
namespace {

using metadata::Image;
using metadata::PartitionImage;
using Nodes = std::vector<NodeId>;

bool contains(const Nodes& nodes, NodeId id) { return std::find(nodes.begin(), nodes.end(), id) != nodes.end(); }

bool concerns(const PartitionImage& partition, const Shift& shift) {
  if (shift.joins != kNoNode) return partition.leader == kNoNode && contains(partition.replicas, shift.joins);
  if (shift.leaves != kNoNode) {
    const auto& lost = shift.lost;
    const Uuid directory = partition.directory_of(shift.leaves);
    const bool there = lost.empty() || std::find(lost.begin(), lost.end(), directory) != lost.end();
    return there && contains(partition.isr, shift.leaves);
  }
  return contains(partition.isr, shift.unclean) || contains(partition.elr, shift.unclean);
}

}  // namespace

std::optional<protocol::PartitionChangeRecord> shifted(const Image& image, const Uuid& topic,
                                                       const PartitionImage& partition, const Shift& shift,
                                                       const PartitionRules& rules) {
  PartitionTarget target;
  target.isr = partition.isr;
  std::erase_if(*target.isr, [&](NodeId id) { return id == shift.leaves || id == shift.unclean; });
  target.shift = shift;
  if (rules.unclean_allowed) target.election = Election::unclean;
  return change_partition(image, topic, partition, target, rules);
}

void shift_partitions(const Context& context, const Shift& shift, Decision& decision) {
  const std::int16_t version = RecordVersions(context.image).partition();
  const PartitionRules usual = partition_rules(context, "");
  for (const metadata::TopicImage* topic : context.image.topics()) {
    const bool special = !context.image.configs({metadata::ResourceType::topic, topic->name}).empty();
    const PartitionRules rules = special ? partition_rules(context, topic->name) : usual;
    for (const PartitionImage& partition : topic->partitions) {
      if (!concerns(partition, shift)) continue;
      const auto record = shifted(context.image, topic->id, partition, shift, rules);
      if (record) decision.record(*record, version);
    }
  }
}

bool leads_any(const Image& image, NodeId broker) {
  for (const metadata::TopicImage* topic : image.topics()) {
    for (const PartitionImage& partition : topic->partitions) {
      if (partition.leader == broker) return true;
    }
  }
  return false;
}

}  // namespace millrace::controller
