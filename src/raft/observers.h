#pragma once

#include <cstddef>
#include <map>

#include "base/ids.h"
#include "raft/voters.h"

namespace millrace::raft {

// A replica that has not fetched for so long is no observer any more; as Kafka's.
inline constexpr Millis kObserverSession{300'000};
// More are not kept: a bound against ids that somebody makes up.
inline constexpr std::size_t kMaxObservers = 10'000;

// How far a replica without a vote has come with the log.
struct Observed {
  Offset end = kNoOffset;
  WallTime fetched = kNoTime;    // when it asked last
  WallTime caught_up = kNoTime;  // when it last had everything that the leader had; kNoTime: never yet
  Offset leader_end = kNoOffset;  // the leader's end when it asked last
};

// Who reads the metadata log without a vote, as its leader sees them (DescribeQuorum, KIP-836).
class Observers {
 public:
  // `who` has asked for what follows `at`, of a log that ends at `leader_end`. Also forgets who has gone silent.
  void fetched(const ReplicaKey& who, Offset at, Offset leader_end, WallTime now);
  // Those that have fetched within kObserverSession, by id and directory.
  std::map<ReplicaKey, Observed> present(WallTime now) const;

 private:
  std::map<ReplicaKey, Observed> seen_;
};

}  // namespace millrace::raft
