#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "raft/quorum_state.h"
#include "raft/transitions.h"
#include "raft/voters.h"

namespace millrace::raft {

// Who this replica is, and what its disk says.
struct RaftConfig {
  ReplicaKey self;
  VoterSet voters;                // the newest in log or snapshot, or those of controller.quorum.voters
  std::int16_t kraft_version = 1;
  QuorumState state;              // epoch 0 without a file
  Offset log_end{0};
  LeaderEpoch log_epoch{0};       // of the last batch of log or snapshot; 0 if there is none
};

struct Input {
  InputKind kind;
  Offset durable_end = kNoOffset;  // durable: of the own log
  NodeId from = kNoNode;           // peer: who asks

  static Input start() { return {InputKind::start, kNoOffset, kNoNode}; }
  static Input persisted() { return {InputKind::persisted, kNoOffset, kNoNode}; }
  static Input durable(Offset end) { return {InputKind::durable, end, kNoNode}; }
  static Input peer(NodeId from) { return {InputKind::peer, kNoOffset, from}; }
  static Input storage_failed() { return {InputKind::storage_failed, kNoOffset, kNoNode}; }
  static Input stop() { return {InputKind::stop, kNoOffset, kNoNode}; }
};

// The first batch of an epoch, which its leader appends before anything else (control_records.h makes its bytes).
struct EpochStart {
  NodeId leader = kNoNode;
  LeaderEpoch epoch;
  std::vector<NodeId> voters;
  std::vector<NodeId> granted;  // who voted for the leader
};

// What the driver has to do after a step, in this order.
struct Effects {
  // Make this state durable (replacing the file whole), then step with Input::persisted(). A newer one overtakes an
  // older one that is not written yet.
  std::optional<QuorumState> persist;
  // The role has changed.
  std::optional<Role> role;
  // Append this control batch in that epoch; from now on records may be appended behind it.
  std::optional<EpochStart> begin_epoch;
  // Everything below is committed: it may be applied and answered.
  std::optional<Offset> commit;
  // The peer's request is to be answered with this.
  std::optional<Error> refused;
};

// One replica of the metadata quorum as a pure state machine: what happened goes in, what is to be done comes out.
// It does no input or output and reads no clock; its driver performs the effects of one step before the next step.
//
// A new epoch begins at every start (a replica never trusts that it still leads), and only records of the own epoch
// move the commit index: older ones become committed along with the first batch of the epoch (Raft, section 5.4.2).
// A vote counts only once it is durable.
class Raft {
 public:
  // Error (a line for the operator) unless this replica is the only voter.
  static Result<Raft, std::string> create(RaftConfig config);

  // Precondition: the input is allowed in the present role (transitions.h): the driver answers for that.
  Effects step(const Input& input);

  Role role() const { return role_; }
  LeaderEpoch epoch() const { return state_.epoch; }
  // Where the epoch's own first batch stands. Precondition: leader.
  Offset epoch_start() const { return epoch_start_; }
  // Everything below is committed; 0 until that is known.
  Offset commit_index() const { return commit_; }
  const VoterSet& voters() const { return config_.voters; }

 private:
  explicit Raft(RaftConfig config);

  void seek_election(Effects& effects);
  void count_votes(Effects& effects);
  void become_leader(Effects& effects);
  void advance(Effects& effects);
  void resign(Effects& effects);
  void enter(Role role, Effects& effects);

  RaftConfig config_;
  QuorumState state_;
  Role role_ = Role::unattached;
  Offset durable_end_{0};
  Offset epoch_start_{0};
  Offset commit_{0};
  std::vector<NodeId> granted_;
};

}  // namespace millrace::raft
