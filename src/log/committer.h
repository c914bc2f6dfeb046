#pragma once

#include <vector>

#include "log/partition_log.h"

namespace millrace::log {

// The group commit of a shard: rounds of concurrent syncs, one per file that was written. A round takes every file that
// waits when it begins; what is written meanwhile belongs to the next, which begins as soon as this one has ended.
class GroupCommitter final : public Committer {
 public:
  explicit GroupCommitter(ports::Shard& shard) : shard_(shard) {}

  // Starts a sync of one file; calls `finished` exactly once when it has ended, whatever came of it.
  using BeginSync = Callback<void(Task finished)>;
  // Puts a file into the next round. The round begins at the end of this turn at the earliest, so that everything that
  // the turn brings shares it.
  void add(BeginSync begin);

 private:
  void schedule();
  void begin_round();

  ports::Shard& shard_;
  std::vector<BeginSync> waiting_;
  std::size_t running_ = 0;  // syncs of the present round that have not ended
  bool scheduled_ = false;
};

}  // namespace millrace::log
