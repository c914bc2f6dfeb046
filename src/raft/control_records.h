#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "raft/raft.h"
#include "raft/voters.h"
#include "record/record_reader.h"

namespace millrace::raft {

// The control records of the metadata log and its snapshots (docs/formats/metadata-log.md), to bytes and back.

// The members of a quorum that keeps them in its log (kraft.version 1).
struct Membership {
  std::int16_t kraft_version = 1;
  VoterSet voters;
  friend bool operator==(const Membership&, const Membership&) = default;
};

// The batch that opens an epoch: who leads it, and behind that the membership, where it has changed with the leader's
// endpoints. The log sets base offset and epoch.
Buffer epoch_start_batch(const EpochStart& start, const std::optional<Membership>& changed, WallTime now);

// The batch that changes who votes, or from when on that is kept in the log. The log sets base offset and epoch.
Buffer membership_batch(LeaderEpoch epoch, const Membership& membership, WallTime now);

// The first batch of a snapshot. `last_contained` is the timestamp of the last record that the snapshot covers.
Buffer snapshot_header_batch(LeaderEpoch epoch, WallTime last_contained, const std::optional<Membership>& membership,
                             WallTime now);
// The last batch of a snapshot; without it a snapshot is not complete.
Buffer snapshot_footer_batch(Offset base_offset, LeaderEpoch epoch, WallTime now);

struct LeaderChange {
  NodeId leader;
};
struct SnapshotHeader {
  WallTime last_contained;
};
struct SnapshotFooter {};
struct KRaftVersion {
  std::int16_t level;
};
struct UnknownControl {
  std::int16_t type;
};
using Control = std::variant<UnknownControl, LeaderChange, SnapshotHeader, SnapshotFooter, KRaftVersion, VoterSet>;

// What a record of a control batch says. Errors: corrupt, or unsupported for an unknown version of a known type.
Result<Control> parse_control(const record::Record& record);

}  // namespace millrace::raft
