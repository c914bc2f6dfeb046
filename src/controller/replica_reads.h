#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "controller/decision.h"
#include "controller/snapshot_files.h"
#include "log/partition_log.h"
#include "protocol/errc.h"
#include "raft/fetch_position.h"
#include "raft/voters.h"

namespace millrace::controller {

// How other replicas read the metadata log and its snapshots (KIP-595, KIP-630): what is to be read for a request, and
// the answer that shows it. The reading itself is in quorum_reads.cc. A question is understood once; a fetch that waits
// is judged anew each time that the log has grown.

// A Fetch of the metadata log.
struct LogFetch {
  raft::ReplicaKey replica;   // an id below 0: it only looks, and is not observed
  raft::LogPoint copy;        // what the replica has
  LeaderEpoch leader_epoch;   // that the replica knows
  Offset known_commit;        // the high watermark that it knows (KIP-1166); the largest number: it does not say
  std::uint64_t max_bytes = 0;
  Millis max_wait{0};
};

// What becomes of a LogFetch.
struct LogFetched {
  protocol::Errc code = protocol::Errc::none;
  raft::FetchFit fit;
  Bytes records;
};

// A part of a snapshot that is there.
struct SnapshotPart {
  SnapshotFile file;
  std::uint64_t position;
  std::uint64_t length;
};

// A request that is understood, or its answer.
template <typename Understood>
using Question = std::variant<Understood, Buffer>;

// Errors are the decoder's: the body is no Fetch of that version. Answered are: INCONSISTENT_CLUSTER_ID and
// INVALID_REQUEST (not about the metadata log alone) for the whole; INVALID_REQUEST for a negative offset, epoch or
// time, or an epoch beyond the leader's that is known.
Result<Question<LogFetch>> read_fetch(const Context& context, std::int16_t version, Bytes body);
// Whether the replica knows the present leader (FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH), is not this node itself
// (UNKNOWN_SERVER_ERROR), and how its copy fits `log`. The records are still to be read.
LogFetched judge_fetch(const Context& context, const LogFetch& fetch, const log::PartitionLog& log,
                       std::span<const SnapshotFile> snapshots);
// Whether the answer would tell the replica anything that it does not know.
bool is_news(const Context& context, const LogFetch& fetch, const LogFetched& fetched);
Buffer answer_fetch(const Context& context, const LogFetched& fetched, std::int16_t version);

// Errors as above. Answered are: INCONSISTENT_CLUSTER_ID and INVALID_REQUEST (not one partition, a negative bound) for
// the whole; UNKNOWN_TOPIC_OR_PARTITION, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, SNAPSHOT_NOT_FOUND,
// POSITION_OUT_OF_RANGE for the partition.
Result<Question<SnapshotPart>> read_fetch_snapshot(const Context& context, std::span<const SnapshotFile> snapshots,
                                                   std::int16_t version, Bytes body);
Buffer answer_fetch_snapshot(const Context& context, const SnapshotPart& part, Bytes bytes, std::int16_t version);
// The snapshot has vanished or cannot be read: SNAPSHOT_NOT_FOUND, UNKNOWN_SERVER_ERROR.
Buffer fail_fetch_snapshot(const Context& context, protocol::Errc code, std::int16_t version);

// Whether a replica that says `epoch` knows who leads.
protocol::Errc check_leader_epoch(const Context& context, std::int32_t epoch);

}  // namespace millrace::controller
