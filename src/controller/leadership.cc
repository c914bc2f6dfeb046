#include "controller/leadership.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "config/topic_config.h"
#include "controller/record_versions.h"

namespace millrace::controller {
namespace {

using metadata::Image;
using metadata::PartitionImage;
using Nodes = std::vector<NodeId>;

bool contains(const Nodes& nodes, NodeId id) { return std::find(nodes.begin(), nodes.end(), id) != nodes.end(); }

std::vector<std::int32_t> raw(const Nodes& nodes) {
  std::vector<std::int32_t> ids;
  for (const NodeId id : nodes) ids.push_back(id.value());
  return ids;
}

// Works out what becomes of one partition.
class Election {
 public:
  Election(const Image& image, const PartitionImage& before, const Shift& shift, bool eligible_kept,
           std::int32_t min_isr)
      : image_(image),
        before_(before),
        shift_(shift),
        eligible_kept_(eligible_kept),
        min_isr_(static_cast<std::size_t>(std::max(min_isr, 1))),
        isr_(before.isr),
        elr_(before.elr),
        last_known_(before.last_known_elr),
        leader_(before.leader) {}

  std::optional<protocol::PartitionChangeRecord> run(const Uuid& topic) {
    std::erase_if(isr_, [&](NodeId id) { return id == shift_.leaves || id == shift_.unclean; });
    if (eligible_kept_) keep_eligible();
    elect();
    if (eligible_kept_) note_last_leader();
    // Without the notion of eligible replicas the ISR is never empty: its last member is who may lead next.
    if (isr_.empty() && !eligible_kept_) isr_ = before_.isr;
    return record(topic);
  }

 private:
  void keep_eligible() {
    if (isr_.size() >= std::min(min_isr_, before_.replicas.size())) {
      elr_.clear();
      last_known_.clear();
      return;
    }
    Nodes eligible;
    for (const Nodes* from : {&before_.elr, &before_.isr}) {
      for (const NodeId id : *from) {
        const bool stays = id != shift_.unclean && !contains(isr_, id) && contains(before_.replicas, id);
        if (stays && !contains(eligible, id)) eligible.push_back(id);
      }
    }
    elr_ = std::move(eligible);
    std::erase_if(last_known_, [&](NodeId id) { return contains(elr_, id) || contains(isr_, id); });
  }

  bool can_lead(NodeId id) const {
    if (id == shift_.leaves || id == shift_.unclean) return false;
    if (id == shift_.joins) return true;
    const metadata::BrokerImage* broker = image_.broker(id);
    return broker != nullptr && !broker->fenced && !broker->in_controlled_shutdown;
  }

  void elect() {
    const auto eligible = [&](NodeId id) { return (contains(isr_, id) || contains(elr_, id)) && can_lead(id); };
    if (eligible(before_.leader)) return;
    const auto next = std::find_if(before_.replicas.begin(), before_.replicas.end(), eligible);
    if (next != before_.replicas.end()) {
      leader_ = *next;
      if (contains(isr_, leader_)) return;
      isr_ = {leader_};
      std::erase(elr_, leader_);
    } else if (eligible_kept_ && isr_.empty() && elr_.empty() && last_known_.size() == 1 && can_lead(last_known_[0])) {
      leader_ = last_known_[0];
      isr_ = {leader_};
      unclean_ = true;
    } else {
      leader_ = kNoNode;
    }
  }

  // Remembers who led last, from the moment the ISR is empty until somebody leads again.
  void note_last_leader() {
    if (leader_ != kNoNode) {
      last_known_.clear();
    } else if (isr_.empty() && before_.leader != kNoNode) {
      last_known_ = {before_.leader};
    }
  }

  std::optional<protocol::PartitionChangeRecord> record(const Uuid& topic) const {
    protocol::PartitionChangeRecord record;
    record.topic_id = topic;
    record.partition_id = before_.index.value();
    if (isr_ != before_.isr) record.isr = raw(isr_);
    if (leader_ != before_.leader) record.leader = leader_.value();
    if (elr_ != before_.elr) record.eligible_leader_replicas = raw(elr_);
    if (last_known_ != before_.last_known_elr) record.last_known_elr = raw(last_known_);
    if (unclean_ && before_.leader_recovery_state != 1) record.leader_recovery_state = 1;
    const bool changed = record.isr || record.leader != -2 || record.eligible_leader_replicas ||
                         record.last_known_elr || record.leader_recovery_state != -1;
    return changed ? std::optional(std::move(record)) : std::nullopt;
  }

  const Image& image_;
  const PartitionImage& before_;
  const Shift& shift_;
  const bool eligible_kept_;
  const std::size_t min_isr_;
  Nodes isr_;
  Nodes elr_;
  Nodes last_known_;
  NodeId leader_;
  bool unclean_ = false;
};

bool concerns(const PartitionImage& partition, const Shift& shift) {
  if (shift.joins != kNoNode) return partition.leader == kNoNode && contains(partition.replicas, shift.joins);
  if (shift.leaves != kNoNode) return contains(partition.isr, shift.leaves);
  return contains(partition.isr, shift.unclean) || contains(partition.elr, shift.unclean);
}

}  // namespace

std::optional<protocol::PartitionChangeRecord> shifted(const Image& image, const Uuid& topic,
                                                       const PartitionImage& partition, const Shift& shift,
                                                       bool eligible_kept, std::int32_t min_isr) {
  return Election(image, partition, shift, eligible_kept, min_isr).run(topic);
}

void shift_partitions(const Context& context, const Shift& shift, Decision& decision) {
  const bool eligible_kept = keeps_eligible_replicas(context.image);
  const std::int16_t version = RecordVersions(context.image).partition();
  const config::ServerLayers layers = context.layers();
  const std::int32_t usual = config::resolve_topic_config({}, layers).min_insync_replicas;
  for (const metadata::TopicImage* topic : context.image.topics()) {
    const auto& own = context.image.configs({metadata::ResourceType::topic, topic->name});
    const std::int32_t min_isr =
        own.contains("min.insync.replicas") ? config::resolve_topic_config(own, layers).min_insync_replicas : usual;
    for (const PartitionImage& partition : topic->partitions) {
      if (!concerns(partition, shift)) continue;
      const auto record = shifted(context.image, topic->id, partition, shift, eligible_kept, min_isr);
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
