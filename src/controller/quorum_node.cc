#include "controller/quorum_node.h"

#include "base/assert.h"
#include "controller/limits.h"

namespace millrace::controller {

std::unique_ptr<Quorum> Quorum::create(ports::Shard& shard, QuorumOptions options) {
  return std::make_unique<QuorumNode>(shard, std::move(options));
}

QuorumNode::QuorumNode(ports::Shard& shard, QuorumOptions options)
    : shard_(shard),
      options_(std::move(options)),
      directory_(metadata_log_directory(options_.metadata_dir)),
      committer_(log::Committer::create(shard)),
      snapshots_(shard, directory_, options_.server->quorum) {
  MR_ASSERT(options_.server != nullptr);
}

bool QuorumNode::serves(std::int16_t api_key) const { return find_api(api_key) != nullptr; }

void QuorumNode::subscribe(Callback<void(metadata::ImagePtr)> publish) {
  subscribers_.push_back(std::move(publish));
  if (!published_) return;
  shard_.timers.at_turn_end(while_alive([this, at = subscribers_.size() - 1] { subscribers_[at](published_); }));
}

void QuorumNode::handle(std::int16_t api_key, std::int16_t version, Buffer body, Callback<void(Buffer)> answer) {
  MR_ASSERT(serves(api_key));
  Request request{api_key, version, std::move(body), std::move(answer)};
  if (active_) return take(std::move(request));
  if (over_ || waiting_.size() >= kMaxWaitingForLeader) {
    return refuse_later(std::move(request), protocol::Errc::not_controller);
  }
  waiting_.push_back(std::move(request));
}

// What has been appended becomes durable while the log closes, and is answered; only then leadership ends.
void QuorumNode::stop(Task stopped) {
  over_ = true;
  active_ = false;
  snapshots_.stop();
  refuse_reads();
  if (!log_) {
    refuse_all();
    shard_.timers.at_turn_end(std::move(stopped));
    return;
  }
  log_->close(while_alive([this, stopped = std::move(stopped)](Status status) mutable {
    if (!status.ok()) shard_.log.error(directory_ + " was not closed cleanly: " + to_string(status.error()));
    if (raft_) step(raft::Input::stop());
    refuse_all();
    shard_.timers.at_turn_end(std::move(stopped));
  }));
}

}  // namespace millrace::controller
