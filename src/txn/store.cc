#include "txn/store.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "protocol/gen/transaction_log_record.h"
#include "protocol/message.h"

namespace millrace::txn {
namespace {

using protocol::TransactionLogKey;
using protocol::TransactionLogValue;

constexpr std::array<std::string_view, 8> kNames = {
    "Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort", "Dead",
    "PrepareEpochFence"};

Result<Transaction> read(Bytes bytes) {
  protocol::Reader in(bytes);
  const std::int16_t version = in.i16();
  MR_TRY(in.status());
  TransactionLogValue value;
  MR_TRY(decode(in, version, value));
  if (value.transaction_status < 0 || static_cast<std::size_t>(value.transaction_status) >= kNames.size()) {
    return Error::corrupt;
  }
  Transaction transaction;
  transaction.producer = ProducerId(value.producer_id);
  transaction.epoch = value.producer_epoch;
  transaction.timeout_ms = value.transaction_timeout_ms;
  transaction.state = static_cast<TransactionState>(value.transaction_status);
  transaction.started = WallTime(value.transaction_start_timestamp_ms);
  if (!value.transaction_partitions) return transaction;
  for (const auto& topic : *value.transaction_partitions) {
    transaction.topics.push_back({std::string(topic.topic), topic.partition_ids});
  }
  return transaction;
}

}  // namespace

std::string_view to_string(TransactionState state) { return kNames[static_cast<std::size_t>(state)]; }

std::optional<TransactionState> state_named(std::string_view name) {
  const auto at = std::ranges::find(kNames, name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<TransactionState>(std::distance(kNames.begin(), at));
}

void Store::replay(const coordinator::RecordView& record, ProducerId) {
  protocol::Reader in(record.key);
  TransactionLogKey key;
  const bool known = in.i16() == TransactionLogKey::kType && decode(in, 0, key).ok();
  Result<Transaction> value = known && record.value ? read(*record.value) : Result<Transaction>(Transaction());
  if (!known || !value.ok()) {
    logger_.warning("a record of __transaction_state cannot be read and is skipped");
    return;
  }
  if (record.value) {
    entries_.put(std::string(key.transactional_id), std::move(*value));
  } else {
    entries_.erase(key.transactional_id);
  }
}

}  // namespace millrace::txn
