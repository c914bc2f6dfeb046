#include "raft/observers.h"

#include <algorithm>

namespace millrace::raft {
namespace {

void forget_silent(std::map<ReplicaKey, Observed>& seen, WallTime now) {
  std::erase_if(seen, [&](const auto& entry) { return now - entry.second.fetched >= kObserverSession.value(); });
}

}  // namespace

void Observers::fetched(const ReplicaKey& who, Offset at, Offset leader_end, WallTime now) {
  forget_silent(seen_, now);
  if (seen_.size() >= kMaxObservers && !seen_.contains(who)) return;
  Observed& observed = seen_[who];
  // Who now has what the log had at its last fetch had caught up then, although the log has grown since.
  if (at >= leader_end) {
    observed.caught_up = std::max(observed.caught_up, now);
  } else if (observed.leader_end > Offset(0) && at >= observed.leader_end) {
    observed.caught_up = std::max(observed.caught_up, observed.fetched);
  }
  observed.leader_end = leader_end;
  observed.fetched = std::max(observed.fetched, now);
  observed.end = at;
}

std::map<ReplicaKey, Observed> Observers::present(WallTime now) const {
  std::map<ReplicaKey, Observed> present = seen_;
  forget_silent(present, now);
  return present;
}

}  // namespace millrace::raft
