#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "raft/control_records.h"

namespace millrace::metadata {

// What formatting puts into a directory for the metadata log to begin with, and how it is read back
// (docs/formats/metadata-log.md). Names as Kafka's:
inline constexpr std::string_view kBootstrapName = "bootstrap.checkpoint";  // in each log directory
inline constexpr std::string_view kMetadataLogName = "__cluster_metadata-0";
inline constexpr std::string_view kFirstCheckpointName = "00000000000000000000-0000000000.checkpoint";  // in the latter
inline constexpr Uuid kMetadataTopicId{0, 1};

// The bytes of bootstrap.checkpoint: the features in the order given (metadata.version first), then `records`, which
// are values of further metadata records such as SCRAM credentials. `now` stamps the batches. Any thread.
Buffer bootstrap_checkpoint(std::span<const std::pair<std::string, std::int16_t>> features,
                            std::span<const Buffer> records, WallTime now);

// The bytes of the first snapshot of a quorum that keeps its voters in the log (kraft.version 1): no metadata, only the
// voters.
Buffer voters_checkpoint(const raft::VoterSet& voters, WallTime now);

// A snapshot or bootstrap file, taken apart. `records` points into its bytes, in order.
struct Checkpoint {
  std::optional<raft::Membership> membership;
  std::vector<Bytes> records;
  WallTime last_contained = kNoTime;
};

// The error says what is wrong: damage, or no footer (a snapshot that was never finished).
Result<Checkpoint, std::string> parse_checkpoint(Bytes file);

// "00000000000000001869-0000000003.checkpoint": the state below `end`, whose last record is of `epoch`.
struct CheckpointName {
  Offset end{0};
  LeaderEpoch epoch{0};
  friend auto operator<=>(const CheckpointName&, const CheckpointName&) = default;
};
std::string render_checkpoint_name(const CheckpointName& name);
// Nothing for any other name, also those of unfinished and of deleted snapshots.
std::optional<CheckpointName> parse_checkpoint_name(std::string_view file_name);

}  // namespace millrace::metadata
