#include "raft/raft.h"

#include <algorithm>

#include "base/assert.h"

namespace millrace::raft {

Result<Raft, std::string> Raft::create(RaftConfig config) {
  if (!config.voters.contains(config.self)) {
    std::string line = "node " + std::to_string(config.self.id.value());
    if (!config.self.directory_id.is_zero()) line += " with directory id " + config.self.directory_id.text();
    line += " is not a voter of the metadata quorum, which has the voters";
    for (const Voter& voter : config.voters.voters()) {
      line += " " + std::to_string(voter.key.id.value()) + "/" + voter.key.directory_id.text();
    }
    return line + ": give the node the id and the directory (meta.properties names both) that it was formatted with";
  }
  if (config.voters.size() != 1) {
    return "the metadata quorum has " + std::to_string(config.voters.size()) +
           " voters: only a quorum of this one node can be run";
  }
  return Raft(std::move(config));
}

Raft::Raft(RaftConfig config) : config_(std::move(config)), state_(config_.state) {
  state_.epoch = std::max(state_.epoch, config_.log_epoch);
  state_.data_version = config_.kraft_version == 0 ? 0 : 1;
  state_.voters.clear();
  if (state_.data_version == 0) {
    for (const ReplicaKey& key : config_.voters.keys()) state_.voters.push_back(key.id);
  }
}

Effects Raft::step(const Input& input) {
  Effects effects;
  if (input.kind == InputKind::durable) durable_end_ = std::max(durable_end_, input.durable_end);
  switch (action_for(role_, input.kind)) {
    case Action::ignore:
    case Action::note_durable: break;
    case Action::seek_election: seek_election(effects); break;
    case Action::count_votes: count_votes(effects); break;
    case Action::advance: advance(effects); break;
    case Action::refuse: effects.refused = Error::unsupported; break;
    case Action::resign: resign(effects); break;
    case Action::forbidden: MR_ASSERT(false && "the driver stepped raft out of order"); break;
  }
  return effects;
}

void Raft::enter(Role role, Effects& effects) {
  role_ = role;
  effects.role = role;
}

}  // namespace millrace::raft
