#include "raft/raft.h"

namespace millrace::raft {

// Begins an epoch above every one that state or log knows, so that no two leaders can ever share one, and votes for
// itself there. The vote does not count before it is durable: after a crash the replica could give it a second time.
void Raft::seek_election(Effects& effects) {
  state_.epoch = LeaderEpoch(state_.epoch.value() + 1);
  state_.leader = kNoNode;
  state_.voted = config_.self.id;
  state_.voted_directory = config_.self.directory_id;
  effects.persist = state_;
  granted_.clear();
  enter(Role::candidate, effects);
}

}  // namespace millrace::raft
