#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"
#include "controller/decision.h"
#include "metadata/image.h"
#include "protocol/gen/partition_change_record.h"

namespace millrace::controller {

// How a leader may be chosen.
enum class Election : std::uint8_t {
  preferred,  // the first replica, if it is in sync; otherwise as online
  online,     // the leader stays if it can; otherwise the first in-sync replica
  unclean     // as online; if nobody is in sync, any replica that is alive
};

// Brokers that are about to be something else than the image says.
struct Shift {
  NodeId leaves = kNoNode;   // stops, is fenced or loses directories: leaves the ISR and cannot lead
  NodeId unclean = kNoNode;  // may have lost what it had: is not eligible any more
  NodeId joins = kNoNode;    // has just become active
  std::vector<Uuid> lost = {};  // not empty: it leaves only partitions whose replica lies in one of these directories
};

// The rules that hold for one topic's partitions.
struct PartitionRules {
  bool eligible_kept = false;  // replicas that leave an ISR below min_isr stay eligible (KIP-966)
  std::int32_t min_isr = 1;
  bool unclean_allowed = false;  // unclean.leader.election.enable
};
PartitionRules partition_rules(const Context& context, std::string_view topic);

// What is wanted of a partition. What is not named stays, as far as the rules let it.
struct PartitionTarget {
  std::optional<std::vector<NodeId>> isr;
  std::optional<std::vector<NodeId>> replicas;
  std::optional<std::vector<NodeId>> removing;
  std::optional<std::vector<NodeId>> adding;
  std::optional<std::int8_t> leader_recovery_state;
  std::vector<std::pair<NodeId, Uuid>> directories;  // of these replicas
  Shift shift;
  Election election = Election::online;
};

// The record that brings a partition there; nothing if it stays as it is. A reassignment that the ISR completes is
// completed, a leader is elected if there must be a new one, and who stays eligible follows.
std::optional<protocol::PartitionChangeRecord> change_partition(const metadata::Image& image, const Uuid& topic,
                                                                const metadata::PartitionImage& partition,
                                                                const PartitionTarget& target,
                                                                const PartitionRules& rules);

}  // namespace millrace::controller
