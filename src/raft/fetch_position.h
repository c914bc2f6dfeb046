#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"

namespace millrace::raft {

// A place in the metadata log: everything below `end`, the last of which belongs to `epoch`. What a copy of the log
// has, what a snapshot covers and is named for.
struct LogPoint {
  Offset end{0};
  LeaderEpoch epoch{0};
  friend bool operator==(const LogPoint&, const LogPoint&) = default;
};

// What formatting leaves beside an empty log. It is never copied: the first leader writes its contents into the log.
inline constexpr LogPoint kBootstrapPoint{};

// What of the leader's log decides about one fetch.
struct LeaderLog {
  Offset start{0};
  std::optional<LogPoint> oldest_snapshot;
  std::optional<LogPoint> newest_snapshot;
  LogPoint shared;  // the largest epoch here at or below that of the copy, and where it ends here
};

// What becomes of a fetch.
enum class Fit : std::uint8_t {
  fits,            // the copy is a part of the leader's log: it is given what follows
  diverges,        // it has records that the leader has not: it must cut itself at `point` and ask again
  needs_snapshot,  // what it lacks is in the log no more, or a snapshot is shorter: it must fetch the one at `point`
};
struct FetchFit {
  Fit fit = Fit::fits;
  LogPoint point;
  friend bool operator==(const FetchFit&, const FetchFit&) = default;
};

// How a copy of the log that goes up to `copy` fits the leader's (KIP-595, KIP-630). An empty copy gets a snapshot
// wherever there is one that holds anything.
FetchFit judge_fetch(const LogPoint& copy, const LeaderLog& log);

}  // namespace millrace::raft
