#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "sim/checkers/history.h"

namespace millrace::sim {

// What a consumer group was promised: in one generation a partition is one member's, and a committed offset that was
// acknowledged is neither lost nor moved back. Commits to a partition are numbered by next(), so that a later one
// of the group is a greater one; whoever commits must be sure that none of its own is still on the way elsewhere.
class GroupHistory {
 public:
  // `history` is told of broken promises.
  explicit GroupHistory(History& history) : history_(history) {}

  void assigned(const std::string& member, std::int32_t generation, const PartitionName& partition);

  // The next offset to commit.
  std::int64_t next(const PartitionName& partition) { return ++lanes_[partition].sent; }
  void acknowledged(const PartitionName& partition, std::int64_t offset);
  // What was acknowledged so far, -1 for nothing: a look-up that begins now must not show less.
  std::int64_t mark(const PartitionName& partition) { return lanes_[partition].acknowledged; }
  void looked_up(const PartitionName& partition, std::int64_t mark, std::int64_t offset);

  std::uint64_t commits() const { return commits_; }

 private:
  struct Lane {
    std::int64_t sent = -1;
    std::int64_t acknowledged = -1;
  };
  History& history_;
  std::map<PartitionName, Lane> lanes_;
  std::map<std::pair<std::int32_t, PartitionName>, std::string> owners_;
  std::uint64_t commits_ = 0;
};

}  // namespace millrace::sim
