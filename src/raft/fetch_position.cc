#include "raft/fetch_position.h"

namespace millrace::raft {
namespace {

// Whether the log, which begins with what its oldest snapshot covers, says too little about the copy.
bool lies_before(const LogPoint& copy, const LeaderLog& log) {
  if (!log.oldest_snapshot) return false;
  const LeaderEpoch oldest = log.oldest_snapshot->epoch;
  return copy.end < log.start || (copy.end == log.start && copy.epoch != oldest) || copy.epoch < oldest;
}

}  // namespace

FetchFit judge_fetch(const LogPoint& copy, const LeaderLog& log) {
  const bool snapshot = log.newest_snapshot && *log.newest_snapshot != kBootstrapPoint;
  if (copy.end == Offset(0) && snapshot) return {Fit::needs_snapshot, *log.newest_snapshot};
  if (copy.end == Offset(0) && log.start == Offset(0)) return {};
  if (lies_before(copy, log)) return {Fit::needs_snapshot, *log.newest_snapshot};
  if (log.shared.epoch != copy.epoch || log.shared.end < copy.end) return {Fit::diverges, log.shared};
  return {};
}

}  // namespace millrace::raft
