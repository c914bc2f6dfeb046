#include "controller/snapshot_keeper.h"

#include <algorithm>

#include "controller/limits.h"
#include "ports/jobs.h"

namespace millrace::controller {

SnapshotKeeper::SnapshotKeeper(ports::Shard& shard, std::string directory, const config::QuorumConfig& settings)
    : shard_(shard), directory_(std::move(directory)), settings_(settings) {}

void SnapshotKeeper::start(log::PartitionLog& log, std::vector<SnapshotFile> found, std::uint64_t since) {
  log_ = &log;
  snapshots_ = std::move(found);
  bytes_ = since;
  last_ = shard_.clock.now();
  std::size_t below = 0;
  while (below < snapshots_.size() && snapshots_[below].name.end < log.start()) ++below;
  if (below > 0) drop(below);
  shard_.timers.at(shard_.clock.now() + kSnapshotCheck, while_alive([this] { tick(); }));
}

void SnapshotKeeper::stop() {
  log_ = nullptr;
  alive_ = std::make_shared<const bool>(true);
}

void SnapshotKeeper::committed(Progress progress) {
  bytes_ += progress.bytes;
  if (!progress.whole) return;  // a snapshot now would lose the records that are not in force yet
  newest_ = std::move(progress);
  look();
}

void SnapshotKeeper::tick() {
  look();
  trim();
  shard_.timers.at(shard_.clock.now() + kSnapshotCheck, while_alive([this] { tick(); }));
}

void SnapshotKeeper::look() {
  if (log_ == nullptr || busy_ || !newest_) return;
  const bool enough = bytes_ >= static_cast<std::uint64_t>(std::max<std::int64_t>(settings_.snapshot_after_bytes, 1));
  const Millis every = settings_.snapshot_after;
  const bool late = every.value() > 0 && shard_.clock.now() >= last_ + every;
  if (enough || late) write();
}

void SnapshotKeeper::write() {
  const Progress of = std::move(*newest_);
  newest_.reset();
  bytes_ = 0;
  last_ = shard_.clock.now();
  const metadata::CheckpointName name{of.image->offset(), of.epoch};
  if (!snapshots_.empty() && snapshots_.back().name.end >= name.end) return;
  metadata::Snapshot snapshot{name, of.image, of.membership, of.timestamp};
  if (snapshot.membership && snapshot.membership->kraft_version == 0) snapshot.membership.reset();
  busy_ = true;
  ports::run_job<Result<SnapshotFile>>(
      shard_.jobs,
      [directory = directory_, snapshot = std::move(snapshot), unique = shard_.random.uuid(),
       now = shard_.clock.wall()](ports::BlockingFiles& files) {
        return store_snapshot(files, directory, snapshot, unique, now);
      },
      while_alive([this, name](Result<SnapshotFile> stored) {
        busy_ = false;
        if (!stored.ok()) {
          shard_.log.error(directory_ + "/" + metadata::render_checkpoint_name(name) +
                           " cannot be written: " + to_string(stored.error()));
          return;
        }
        shard_.faults.reach(ports::Probe::metadata_snapshot_written);
        snapshots_.push_back(*stored);
        look();
        trim();
      }));
}

// One snapshot a time, so that what a step frees counts for the next.
void SnapshotKeeper::trim() {
  const MetadataRetention retention{settings_.retention_bytes, settings_.retention};
  if (log_ == nullptr || busy_ || !oldest_may_go(snapshots_, log_->size(), retention, shard_.clock.wall())) return;
  if (const Status moved = log_->advance_start(snapshots_[1].name.end); !moved.ok()) return;
  shard_.faults.reach(ports::Probe::metadata_log_trimmed);
  drop(1);
}

// The first `count` snapshots: the log begins above them.
void SnapshotKeeper::drop(std::size_t count) {
  std::vector<metadata::CheckpointName> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(snapshots_[i].name);
  busy_ = true;
  ports::run_job<Status>(
      shard_.jobs,
      [directory = directory_, names](ports::BlockingFiles& files) {
        return remove_snapshots(files, directory, names);
      },
      while_alive([this, count](Status removed) {
        busy_ = false;
        if (!removed.ok()) {
          shard_.log.error("old snapshots in " + directory_ + " cannot be removed: " + to_string(removed.error()));
          return;
        }
        snapshots_.erase(snapshots_.begin(), snapshots_.begin() + static_cast<std::ptrdiff_t>(count));
        look();
        trim();
      }));
}

}  // namespace millrace::controller
