#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "metadata/draft.h"
#include "metadata/image.h"

namespace millrace::metadata {

// Makes images out of records: the only place where the cluster's metadata changes, whether a record was decided a
// moment ago, comes from the log at a start, or stands in a snapshot. Copying is cheap, so that records can be tried
// on a copy which is then kept or dropped.
class Replayer {
 public:
  // Begins with nothing recorded.
  Replayer() = default;
  explicit Replayer(const Image& base) : draft_{base.state(), {}} {}

  // Applies one record's value; `at` is its offset. Records between a BeginTransactionRecord and its
  // EndTransactionRecord show only when that has come, and not at all after an AbortTransactionRecord (KIP-868). The
  // error is one line that names offset and type: the record cannot be read, its type or version is not known, or it
  // does not fit what is there.
  Outcome replay(Bytes value, Offset at);

  // The quorum's own records.
  void set_leader(NodeId leader, LeaderEpoch epoch);
  void set_kraft_version(std::int16_t level);

  // What is recorded below `next`, without a transaction that has begun and not ended.
  Result<ImagePtr, std::string> image(Offset next);

  bool in_transaction() const { return before_transaction_.has_value(); }

 private:
  Outcome apply(Bytes value);

  Draft draft_;
  std::optional<Draft> before_transaction_;
};

}  // namespace millrace::metadata
