#include "raft/raft.h"

namespace millrace::raft {

// The own vote is durable, so it counts.
void Raft::count_votes(Effects& effects) {
  granted_.push_back(config_.self.id);
  if (granted_.size() >= config_.voters.majority()) become_leader(effects);
}

void Raft::become_leader(Effects& effects) {
  state_.leader = config_.self.id;
  state_.voted = kNoNode;
  state_.voted_directory = Uuid();
  epoch_start_ = config_.log_end;
  effects.persist = state_;
  EpochStart start{config_.self.id, state_.epoch, {}, granted_};
  for (const ReplicaKey& key : config_.voters.keys()) start.voters.push_back(key.id);
  effects.begin_epoch = std::move(start);
  enter(Role::leader, effects);
}

}  // namespace millrace::raft
