#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace millrace::txn {

// Where a transaction stands; the numbers are those of the log.
enum class TransactionState : std::uint8_t {
  empty, ongoing, prepare_commit, prepare_abort, complete_commit, complete_abort, dead, prepare_epoch_fence
};

// As ListTransactions says it: "PrepareCommit".
std::string_view to_string(TransactionState state);
// Nothing for a name that no state has; names count in this case only.
std::optional<TransactionState> state_named(std::string_view name);

// A transactional id and its newest transaction.
struct Transaction {
  struct Topic {
    std::string name;
    std::vector<std::int32_t> partitions;
  };

  ProducerId producer = kNoProducer;
  std::int16_t epoch = -1;
  std::int32_t timeout_ms = 0;
  TransactionState state = TransactionState::empty;
  WallTime started = kNoTime;  // kNoTime: none is open
  std::vector<Topic> topics;   // which it has written to
};

}  // namespace millrace::txn
