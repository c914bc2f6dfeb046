#include <utility>

#include "controller/quorum_node.h"
#include "ports/jobs.h"

namespace millrace::controller {

void QuorumNode::step(const raft::Input& input) {
  const raft::Effects effects = raft_->step(input);
  if (effects.persist) persist(*effects.persist);
  if (effects.role == raft::Role::resigned) active_ = false;
  if (effects.begin_epoch) begin_epoch(*effects.begin_epoch);
  if (effects.commit) committed(*effects.commit);
}

// One write at a time; of several that wait, only the newest is written.
void QuorumNode::persist(const raft::QuorumState& state) {
  wanted_state_ = state;
  state_wanted_ = true;
  if (!state_writing_) write_state();
}

void QuorumNode::write_state() {
  state_wanted_ = false;
  state_writing_ = true;
  const std::string path = directory_ + "/" + std::string(raft::kQuorumStateName);
  ports::run_job<Status>(
      shard_.jobs,
      [path, text = raft::render_quorum_state(wanted_state_)](ports::BlockingFiles& files) {
        return ports::write_atomically(files, path, as_bytes(text));
      },
      while_alive([this, path](Status written) {
        state_writing_ = false;
        if (!written.ok()) return storage_failed(path + " cannot be written: " + to_string(written.error()));
        if (state_wanted_) return write_state();
        step(raft::Input::persisted());
      }));
}

void QuorumNode::begin_epoch(const raft::EpochStart& start) {
  const auto changed = changed_membership();
  const WallTime now = shard_.clock.wall();
  Buffer batch = raft::epoch_start_batch(start, changed, now);
  const std::int64_t records = changed ? 3 : 1;
  metadata::Replayer with = metadata_;
  with.set_leader(start.leader, start.epoch);
  if (const auto appended = append(std::move(batch), now, std::move(with), log_->end() + records);
      !appended.ok()) {
    return storage_failed(directory_ + " cannot be appended to: " + to_string(appended.error()));
  }
  if (changed) membership_ = changed;
  if (!over_) become_active();
}

// The membership with this node's present endpoint, where the log has another one.
std::optional<raft::Membership> QuorumNode::changed_membership() const {
  if (!membership_ || membership_->kraft_version == 0) return std::nullopt;
  const std::vector<raft::VoterEndpoint> present{
      {options_.controller_listener, options_.controller.host, options_.controller.port}};
  raft::Membership changed = *membership_;
  std::vector<raft::Voter> voters = changed.voters.voters();
  for (raft::Voter& voter : voters) {
    if (voter.key.id == options_.node_id) voter.endpoints = present;
  }
  changed.voters = raft::VoterSet(std::move(voters));
  return changed == *membership_ ? std::nullopt : std::optional(std::move(changed));
}

// Images first, then answers: who is answered finds the image that shows why.
void QuorumNode::committed(Offset end) {
  std::optional<SnapshotKeeper::Progress> progress;
  std::uint64_t bytes = 0;
  while (!uncommitted_.empty() && uncommitted_.front().end <= end) {
    Uncommitted& now = uncommitted_.front();
    bytes += now.bytes;
    progress = {std::move(now.image), raft_->epoch(), now.timestamp, membership_, bytes, now.whole};
    uncommitted_.pop_front();
  }
  if (progress) {
    published_ = progress->image;
    for (auto& publish : subscribers_) publish(published_);
    snapshots_.committed(std::move(*progress));
  }
  while (!parked_.empty() && parked_.front().end <= end) {
    Parked done = std::move(parked_.front());
    parked_.pop_front();
    done.answer(std::move(done.response));
  }
}

void QuorumNode::on_durable(Offset durable_end) {
  if (!raft_) return;
  step(raft::Input::durable(durable_end));
  wake_fetches();
}

void QuorumNode::on_broken() { storage_failed(directory_ + " can no longer be written"); }

// Without its metadata log a voter is of no use: the node ends, as Kafka's does.
void QuorumNode::storage_failed(const std::string& what) {
  over_ = true;
  snapshots_.stop();
  if (raft_) step(raft::Input::storage_failed());
  refuse_all();
  shard_.process.fail("the metadata log has failed: " + what);
}

}  // namespace millrace::controller
