#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "log/partition_log.h"
#include "record/batch.h"
#include "record/producer.h"

namespace millrace::log {

inline constexpr std::size_t kAbortedEntryBytes = 34;  // of .txnindex

// Entries of a .txnindex as bytes, from the `from`-th on.
std::string encode_aborted(const std::vector<AbortedTransaction>& aborted, std::size_t from);
// Nothing unless `bytes` are whole entries of version 0 whose markers rise, none below `base`.
std::optional<std::vector<AbortedTransaction>> parse_aborted(Bytes bytes, Offset base);

// The idempotent producers of one log and the transactions that they have open: what batches do to them, in the order
// of the log, live and in recovery alike.
class ProducerState {
 public:
  // Takes a batch as it is in the log. A transaction that the batch aborts is returned: the entry that belongs into
  // the .txnindex of the batch's segment. Precondition: a control batch with a producer is whole.
  std::optional<AbortedTransaction> note(const record::BatchView& batch);

  // The rule of PartitionLog::first_unstable_offset; forgets what ended below `committed`.
  Offset first_unstable(Offset committed) const;
  void forget_below(Offset committed);
  void expire(WallTime before) { table_.expire(before); }
  const record::ProducerTable& table() const { return table_; }

  // The bytes of a .snapshot (docs/formats/log-directory.md).
  std::string encode() const;
  // Error::corrupt unless `bytes` are a snapshot of version 1 with the right checksum. Producers without an open
  // transaction that wrote nothing since `since` are left out.
  static Result<ProducerState> parse(Bytes bytes, WallTime since);

 private:
  struct Ended {
    Offset first;
    Offset marker;
  };
  record::ProducerTable table_;
  std::map<Offset, ProducerId> open_;  // by first offset
  std::deque<Ended> ended_;            // whose markers may not be below the high watermark; by marker
};

}  // namespace millrace::log
