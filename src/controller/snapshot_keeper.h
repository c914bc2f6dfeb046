#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/server_config.h"
#include "controller/snapshot_files.h"
#include "log/partition_log.h"
#include "ports/shard.h"

namespace millrace::controller {

// Keeps the metadata log short: writes a snapshot of the committed metadata when enough records, or enough time, have
// come since the last one, and drops old snapshots with the log below them (KIP-630). Nothing waits for it, and nothing
// fails with it: what cannot be written or removed now is tried again later. Belongs to the quorum's shard.
class SnapshotKeeper {
 public:
  // What has been committed: a snapshot could be made of it.
  struct Progress {
    metadata::ImagePtr image;
    LeaderEpoch epoch;             // of the last record
    WallTime timestamp = kNoTime;  // of the last record
    std::optional<raft::Membership> membership;
    std::uint64_t bytes = 0;       // of log since the last progress
    bool whole = true;             // no transaction of records is open at its end
  };

  // `shard` and `settings` outlive it.
  SnapshotKeeper(ports::Shard& shard, std::string directory, const config::QuorumConfig& settings);

  // The log is replayed: `found` are the snapshots beside it, `since` the bytes of log behind the newest one. `log`
  // lives until stop().
  void start(log::PartitionLog& log, std::vector<SnapshotFile> found, std::uint64_t since);
  void committed(Progress progress);
  // Touches the log no more. A snapshot that is being written is finished or left over for the next start to remove.
  void stop();

  const std::vector<SnapshotFile>& snapshots() const { return snapshots_; }

 private:
  void look();
  void tick();
  void write();
  void trim();
  void drop(std::size_t count);
  template <typename Call>
  auto while_alive(Call call) {
    return [watch = std::weak_ptr<const bool>(alive_), call = std::move(call)](auto&&... args) mutable {
      if (!watch.expired()) call(std::forward<decltype(args)>(args)...);
    };
  }

  ports::Shard& shard_;
  const std::string directory_;
  const config::QuorumConfig& settings_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  log::PartitionLog* log_ = nullptr;
  std::vector<SnapshotFile> snapshots_;  // ascending
  std::optional<Progress> newest_;       // committed and in no snapshot
  std::uint64_t bytes_ = 0;              // of log since the last snapshot
  MonoTime last_{0};                     // when the last snapshot was begun, or the keeper
  bool busy_ = false;                    // a job is under way
};

}  // namespace millrace::controller
