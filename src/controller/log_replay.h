#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/callback.h"
#include "base/result.h"
#include "log/partition_log.h"
#include "metadata/replayer.h"
#include "raft/control_records.h"

namespace millrace::controller {

// What the metadata log says: the metadata, and who votes.
struct Replayed {
  metadata::Replayer metadata;
  std::optional<raft::Membership> membership;  // nothing: the log does not keep it
  LeaderEpoch last_epoch{0};
  WallTime last_timestamp = kNoTime;
  std::uint64_t bytes = 0;  // of the batches that were applied
};

// Applies a snapshot file that covers everything below `end`. The error says what is wrong with it.
Result<void, std::string> replay_snapshot(Bytes file, LeaderEpoch epoch, Offset end, Replayed& into);

// Applies one batch of the log; records below `from` are passed over. The error names the offset.
Result<void, std::string> replay_batch(const record::BatchView& batch, Offset from, Replayed& into);

// Applies the log from `from` to its end, a piece at a time, and calls `done` with everything that it and `begin` say.
// The log must live until then.
void replay_log(log::PartitionLog& log, Offset from, Replayed begin,
                Callback<void(Result<std::unique_ptr<Replayed>, std::string>)> done);

}  // namespace millrace::controller
