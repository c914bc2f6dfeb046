#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "sim/checkers/history.h"

namespace millrace::sim {

// What a group of consumers was promised whose members begin at offset 0: somebody has processed every record below a
// committed position, and committed positions never go back. So no death of a member can make the group miss a record.
class GroupReads {
 public:
  // `history` is told of broken promises.
  explicit GroupReads(History& history) : history_(history) {}

  // A member has done with the record at `offset`.
  void processed(const PartitionName& partition, std::int64_t offset);
  // A commit of `position` was acknowledged.
  void acknowledged(const PartitionName& partition, std::int64_t position);
  // What is known to be committed, 0 for nothing: a look-up that begins now must not show less.
  std::int64_t mark(const PartitionName& partition) { return lanes_[partition].committed; }
  // The group's position as it was shown to somebody who had taken `mark` before.
  void looked_up(const PartitionName& partition, std::int64_t mark, std::int64_t position);

  // The offset behind the records that were processed without a gap.
  std::int64_t processed_end(const PartitionName& partition) { return lanes_[partition].end; }

 private:
  struct Lane {
    std::int64_t end = 0;
    std::set<std::int64_t> ahead;  // processed behind a gap
    std::int64_t committed = 0;
  };
  void learn(const PartitionName& partition, Lane& lane, std::int64_t position);

  History& history_;
  std::map<PartitionName, Lane> lanes_;
};

}  // namespace millrace::sim
