#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"

namespace millrace::raft {

inline constexpr std::string_view kQuorumStateName = "quorum-state";
inline constexpr std::size_t kMaxQuorumStateBytes = 64 * 1024;

// What a replica must not forget between two starts: the epoch that it has reached, whom it voted for, and who leads.
// A file of one line of JSON beside the metadata log (docs/formats/metadata-log.md). Version 1 belongs to
// kraft.version 1; version 0, with the static voters, to kraft.version 0.
struct QuorumState {
  NodeId leader = kNoNode;
  LeaderEpoch epoch{0};
  NodeId voted = kNoNode;
  Uuid voted_directory;
  std::int16_t data_version = 1;
  std::vector<NodeId> voters;  // data_version 0 only
  friend bool operator==(const QuorumState&, const QuorumState&) = default;
};

// The file's contents, byte for byte as Kafka writes them.
std::string render_quorum_state(const QuorumState& state);

// Error::corrupt if it is not such a line, Error::unsupported for another version.
Result<QuorumState> parse_quorum_state(std::string_view text);

}  // namespace millrace::raft
