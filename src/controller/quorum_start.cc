#include <algorithm>
#include <utility>

#include "controller/quorum_node.h"
#include "ports/jobs.h"

namespace millrace::controller {
namespace {

raft::VoterSet fixed_voters(const config::ServerConfig& server, const std::string& listener) {
  std::vector<raft::Voter> voters;
  for (const config::Voter& voter : server.quorum.voters) {
    voters.push_back({{NodeId(voter.id), Uuid()}, {{listener, voter.address.host, voter.address.port}}, 0, 1});
  }
  return raft::VoterSet(std::move(voters));
}

}  // namespace

log::LogOptions QuorumNode::log_options() const {
  const config::QuorumConfig& quorum = options_.server->quorum;
  log::LogOptions options;
  if (quorum.segment_bytes > 0) options.segment_bytes = ByteCount(static_cast<std::uint64_t>(quorum.segment_bytes));
  if (quorum.segment_age_max.value() > 0) options.segment_ms = quorum.segment_age_max;
  options.durable = true;
  return options;
}

void QuorumNode::start(Callback<void(Result<void, std::string>)> started) {
  started_ = std::move(started);
  using Files = Result<QuorumFiles, std::string>;
  ports::run_job<Files>(
      shard_.jobs,
      [directory = options_.metadata_dir](ports::BlockingFiles& files) { return read_quorum_files(files, directory); },
      while_alive([this](Files files) {
        if (over_) return;
        if (!files.ok()) return give_up(files.error());
        open_log(std::move(*files));
      }));
}

void QuorumNode::give_up(const std::string& why) {
  over_ = true;
  refuse_all();
  started_(why);
}

void QuorumNode::open_log(QuorumFiles files) {
  log::PartitionLog::open(
      shard_, *committer_, directory_, metadata::kMetadataTopicId, log_options(), *this,
      while_alive([this, files = std::move(files)](Result<std::unique_ptr<log::PartitionLog>> opened) mutable {
        if (!opened.ok()) {
          return give_up("the metadata log " + directory_ + " cannot be opened: " + to_string(opened.error()));
        }
        log_ = std::move(*opened);
        if (!log_->writable()) return give_up("the metadata log " + directory_ + " is damaged");
        if (!over_) fit_log(std::move(files));
      }));
}

// A log that ends below the newest snapshot, or was written in older epochs, has nothing that the snapshot lacks: a
// crash came between taking the snapshot over from a leader and giving the log up. It begins anew where the snapshot
// ends, as Kafka's does.
void QuorumNode::fit_log(QuorumFiles files) {
  if (files.snapshots.empty()) return replay(std::move(files));
  const metadata::CheckpointName newest = files.snapshots.back().name;
  const bool empty = log_->start() == log_->end();
  const bool behind = log_->end() < newest.end || (!empty && log_->last_epoch() < newest.epoch);
  if (!behind) return replay(std::move(files));
  shard_.log.warning("the metadata log " + directory_ + " ends at " + std::to_string(log_->end().value()) +
                     " in epoch " + std::to_string(log_->last_epoch().value()) + ", behind its newest snapshot " +
                     metadata::render_checkpoint_name(newest) + ": it begins anew there");
  log_->close(while_alive([this, files = std::move(files), newest](Status closed) mutable {
    if (!closed.ok()) return give_up(directory_ + " cannot be closed: " + to_string(closed.error()));
    log_.reset();
    ports::run_job<Status>(
        shard_.jobs,
        [directory = directory_, newest](ports::BlockingFiles& disk) {
          return restart_log_at(disk, directory, newest.end);
        },
        while_alive([this, files = std::move(files)](Status done) mutable {
          if (over_) return;
          if (!done.ok()) return give_up(directory_ + " cannot be begun anew: " + to_string(done.error()));
          open_log(std::move(files));
        }));
  }));
}

void QuorumNode::replay(QuorumFiles files) {
  bootstrap_ = std::move(files.bootstrap_bytes);
  Replayed begin;
  Offset from{0};
  if (!files.snapshots.empty()) {
    const metadata::CheckpointName newest = files.snapshots.back().name;
    from = newest.end;
    const auto outcome = replay_snapshot(as_bytes(files.snapshot_bytes), newest.epoch, from, begin);
    if (!outcome.ok()) {
      return give_up(directory_ + "/" + metadata::render_checkpoint_name(newest) + ": " + outcome.error());
    }
  }
  if (log_->start() > from || log_->end() < from) {
    return give_up("the metadata log " + directory_ + " holds the offsets from " +
                   std::to_string(log_->start().value()) + " to " + std::to_string(log_->end().value()) +
                   ", and no snapshot fits it: the newest ends at " + std::to_string(from.value()));
  }
  if (files.state) wanted_state_ = *files.state;
  replay_log(*log_, from, std::move(begin),
             while_alive([this, found = std::move(files.snapshots)](
                             Result<std::unique_ptr<Replayed>, std::string> done) mutable {
               if (over_) return;
               if (!done.ok()) return give_up(done.error());
               replayed(std::move(*done), std::move(found));
             }));
}

void QuorumNode::replayed(std::unique_ptr<Replayed> replayed, std::vector<SnapshotFile> snapshots) {
  auto config = raft_config(*replayed);
  if (!config.ok()) return give_up(config.error());
  auto raft = raft::Raft::create(std::move(*config));
  if (!raft.ok()) return give_up(raft.error());
  auto image = replayed->metadata.image(log_->end());
  if (!image.ok()) return give_up("the metadata log " + directory_ + " does not add up: " + image.error());
  snapshots_.start(*log_, std::move(snapshots), replayed->bytes);
  membership_ = std::move(replayed->membership);
  metadata_ = std::move(replayed->metadata);
  image_ = std::move(*image);
  raft_.emplace(std::move(*raft));
  started_({});
  if (!over_) step(raft::Input::start());
}

// A quorum that keeps its members in the log goes by the log; otherwise controller.quorum.voters decides.
Result<raft::RaftConfig, std::string> QuorumNode::raft_config(const Replayed& replayed) const {
  raft::RaftConfig config;
  config.state = wanted_state_;
  config.log_end = log_->end();
  config.log_epoch = std::max(replayed.last_epoch, LeaderEpoch(0));
  if (replayed.membership && replayed.membership->kraft_version > 0) {
    config.self = {options_.node_id, options_.directory_id};
    config.voters = replayed.membership->voters;
    config.kraft_version = replayed.membership->kraft_version;
    return config;
  }
  config.self = {options_.node_id, Uuid()};
  config.voters = fixed_voters(*options_.server, options_.controller_listener);
  config.kraft_version = 0;
  if (config.voters.empty()) {
    return "nothing says who votes in the metadata quorum: neither " + directory_ +
           " (format it for a new quorum) nor controller.quorum.voters";
  }
  return config;
}

}  // namespace millrace::controller
