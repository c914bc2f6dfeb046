#include <vector>

#include "raft/raft.h"

namespace millrace::raft {

// Committed is what more than half of the voters have on their disks, but only from the own epoch's first batch on:
// records of older epochs that a majority has could still be replaced by another leader until a record of this epoch
// stands behind them.
void Raft::advance(Effects& effects) {
  std::vector<Offset> reached;
  for (const Voter& voter : config_.voters.voters()) {
    reached.push_back(voter.key.id == config_.self.id ? durable_end_ : Offset(0));
  }
  const Offset majority = majority_offset(std::move(reached));
  if (majority <= epoch_start_ || majority <= commit_) return;
  commit_ = majority;
  effects.commit = commit_;
}

void Raft::resign(Effects& effects) {
  granted_.clear();
  enter(Role::resigned, effects);
}

}  // namespace millrace::raft
