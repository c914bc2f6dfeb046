#include "controller/partition_change.h"

#include <algorithm>
#include <utility>

#include "config/topic_config.h"
#include "controller/assignments.h"
#include "controller/placement.h"
#include "controller/record_versions.h"

namespace millrace::controller {
namespace {

using metadata::Image;
using metadata::PartitionImage;
using Nodes = std::vector<NodeId>;

bool contains(const Nodes& nodes, NodeId id) { return std::find(nodes.begin(), nodes.end(), id) != nodes.end(); }
bool contains_all(const Nodes& nodes, const Nodes& others) {
  return std::all_of(others.begin(), others.end(), [&](NodeId id) { return contains(nodes, id); });
}

constexpr std::int8_t kRecovering = 1;
constexpr std::int32_t kLeaderUnchanged = -2;
constexpr std::int16_t kEpochStaysOnShrinkSince = 12;  // 3.6-IV0, KAFKA-15021

// Works out what becomes of one partition.
class Change {
 public:
  Change(const Image& image, const PartitionImage& before, const PartitionTarget& target, const PartitionRules& rules)
      : image_(image),
        before_(before),
        target_(target),
        rules_(rules),
        isr_(target.isr.value_or(before.isr)),
        replicas_(target.replicas.value_or(before.replicas)),
        removing_(target.removing.value_or(before.removing)),
        adding_(target.adding.value_or(before.adding)),
        elr_(before.elr),
        last_known_(before.last_known_elr),
        leader_(before.leader) {}

  std::optional<protocol::PartitionChangeRecord> run(const Uuid& topic) {
    complete_reassignment();
    if (rules_.eligible_kept) keep_eligible();
    elect();
    if (rules_.eligible_kept) note_last_leader();
    // Without the notion of eligible replicas the ISR is never empty: its last member is who may lead next.
    if (isr_.empty() && !rules_.eligible_kept) isr_ = before_.isr;
    return record(topic);
  }

 private:
  // A reassignment is over as soon as all replicas that it leaves are in sync.
  void complete_reassignment() {
    if (removing_.empty() && adding_.empty()) return;
    const auto without_removed = [&](const Nodes& nodes) {
      Nodes kept = nodes;
      std::erase_if(kept, [&](NodeId id) { return contains(removing_, id); });
      return kept;
    };
    Nodes isr = without_removed(isr_);
    Nodes replicas = without_removed(replicas_);
    if ((!removing_.empty() && (isr.empty() || replicas.empty())) || !contains_all(isr, replicas)) return;
    isr_ = std::move(isr);
    replicas_ = std::move(replicas);
    removing_.clear();
    adding_.clear();
  }

  void keep_eligible() {
    const auto min_isr = static_cast<std::size_t>(std::max(rules_.min_isr, 1));
    if (isr_.size() >= std::min(min_isr, replicas_.size())) {
      elr_.clear();
      last_known_.clear();
      return;
    }
    Nodes eligible;
    for (const Nodes* from : {&before_.elr, &before_.isr}) {
      for (const NodeId id : *from) {
        const bool stays = id != target_.shift.unclean && !contains(isr_, id) && contains(replicas_, id);
        if (stays && !contains(eligible, id)) eligible.push_back(id);
      }
    }
    elr_ = std::move(eligible);
    std::erase_if(last_known_, [&](NodeId id) { return contains(elr_, id) || contains(isr_, id); });
  }

  bool may_lead(NodeId id) const {
    if (id == target_.shift.leaves || id == target_.shift.unclean) return false;
    if (id != target_.shift.joins && !is_active(image_, id)) return false;
    const bool moves = std::any_of(target_.directories.begin(), target_.directories.end(),
                                   [id](const auto& entry) { return entry.first == id; });
    return moves || has_online_directory(image_, before_, id);
  }

  bool eligible(NodeId id) const {
    return (contains(isr_, id) || (isr_.empty() && contains(elr_, id))) && may_lead(id);
  }

  // A leader that need not be unclean; kNoNode if there is none.
  NodeId clean_leader() const {
    const bool first_wins = target_.election == Election::preferred && !replicas_.empty();
    if (first_wins && eligible(replicas_[0])) return replicas_[0];
    if (eligible(before_.leader)) return before_.leader;
    const auto next = std::find_if(replicas_.begin(), replicas_.end(), [&](NodeId id) { return eligible(id); });
    return next == replicas_.end() ? kNoNode : *next;
  }

  NodeId unclean_leader() const {
    if (rules_.eligible_kept && isr_.empty() && elr_.empty() && last_known_.size() == 1 && may_lead(last_known_[0])) {
      return last_known_[0];
    }
    if (target_.election != Election::unclean) return kNoNode;
    const auto next = std::find_if(replicas_.begin(), replicas_.end(), [&](NodeId id) { return may_lead(id); });
    return next == replicas_.end() ? kNoNode : *next;
  }

  void elect() {
    leader_ = clean_leader();
    if (leader_ != kNoNode) {
      if (contains(isr_, leader_)) return;
      isr_ = {leader_};
      std::erase(elr_, leader_);
      return;
    }
    leader_ = unclean_leader();
    if (leader_ == kNoNode || leader_ == before_.leader) return;
    isr_ = {leader_};
    std::erase(elr_, leader_);
    unclean_ = true;
  }

  // Remembers who led last, from the moment the ISR is empty until somebody leads again.
  void note_last_leader() {
    if (leader_ != kNoNode) {
      last_known_.clear();
    } else if (isr_.empty() && before_.leader != kNoNode) {
      last_known_ = {before_.leader};
    }
  }

  std::optional<std::vector<Uuid>> directories() const {
    if (!RecordVersions(image_).knows_directories()) return std::nullopt;
    std::vector<Uuid> directories;
    for (const NodeId id : replicas_) directories.push_back(directory_of(id));
    return directories == before_.directories && replicas_ == before_.replicas ? std::nullopt
                                                                               : std::optional(std::move(directories));
  }

  Uuid directory_of(NodeId id) const {
    for (const auto& [node, directory] : target_.directories) {
      if (node == id) return directory;
    }
    return before_.has_replica(id) && !before_.directories.empty() ? before_.directory_of(id)
                                                                    : directory_for(image_, id);
  }

  std::optional<protocol::PartitionChangeRecord> record(const Uuid& topic) const {
    protocol::PartitionChangeRecord record;
    record.topic_id = topic;
    record.partition_id = before_.index.value();
    if (isr_ != before_.isr) record.isr = ids_of(isr_);
    // Followers that are taken away must not go on under the old leader epoch; old brokers need a new one whenever the
    // ISR shrinks.
    const bool shrinks_for_old = image_.feature("metadata.version") < kEpochStaysOnShrinkSince &&
                                 !contains_all(isr_, before_.isr);
    if (leader_ != before_.leader || shrinks_for_old || !contains_all(replicas_, before_.replicas)) {
      record.leader = leader_.value();
    }
    if (replicas_ != before_.replicas) record.replicas = ids_of(replicas_);
    if (removing_ != before_.removing) record.removing_replicas = ids_of(removing_);
    if (adding_ != before_.adding) record.adding_replicas = ids_of(adding_);
    if (elr_ != before_.elr) record.eligible_leader_replicas = ids_of(elr_);
    if (last_known_ != before_.last_known_elr) record.last_known_elr = ids_of(last_known_);
    std::int8_t recovery = target_.leader_recovery_state.value_or(before_.leader_recovery_state);
    if (unclean_) recovery = kRecovering;
    if (recovery != before_.leader_recovery_state) record.leader_recovery_state = recovery;
    record.directories = directories();
    const bool changed = record.isr || record.leader != kLeaderUnchanged || record.replicas ||
                         record.removing_replicas || record.adding_replicas || record.eligible_leader_replicas ||
                         record.last_known_elr || record.leader_recovery_state != -1 || record.directories;
    return changed ? std::optional(std::move(record)) : std::nullopt;
  }

  const Image& image_;
  const PartitionImage& before_;
  const PartitionTarget& target_;
  const PartitionRules& rules_;
  Nodes isr_;
  Nodes replicas_;
  Nodes removing_;
  Nodes adding_;
  Nodes elr_;
  Nodes last_known_;
  NodeId leader_;
  bool unclean_ = false;
};

}  // namespace

PartitionRules partition_rules(const Context& context, std::string_view topic) {
  const auto& own = context.image.configs({metadata::ResourceType::topic, std::string(topic)});
  const config::TopicConfig config = config::resolve_topic_config(own, context.layers());
  return {keeps_eligible_replicas(context.image), config.min_insync_replicas, config.unclean_leader_election};
}

std::optional<protocol::PartitionChangeRecord> change_partition(const Image& image, const Uuid& topic,
                                                                const PartitionImage& partition,
                                                                const PartitionTarget& target,
                                                                const PartitionRules& rules) {
  return Change(image, partition, target, rules).run(topic);
}

}  // namespace millrace::controller
