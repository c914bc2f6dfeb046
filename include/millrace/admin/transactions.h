#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/common.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// A producer that a partition remembers (KIP-664).
struct ProducerState {
  std::int64_t producer_id = -1;
  std::int32_t producer_epoch = -1;
  std::int32_t last_sequence = -1;
  std::int64_t last_timestamp_ms = -1;
  std::optional<std::int32_t> coordinator_epoch;        // none before the first end of a transaction
  std::optional<std::int64_t> transaction_start_offset;  // of the open transaction
};

// Who is to be asked for the producers.
struct DescribeProducersOptions : AdminOptions {
  std::optional<std::int32_t> broker;  // what this replica knows; none: what each partition's leader does
};

// Which transactions list_transactions() tells: those that pass every filter that is set.
struct ListTransactionsOptions {
  std::vector<std::string> states;            // "Ongoing", "PrepareAbort" and the like
  std::vector<std::int64_t> producer_ids;
  std::int64_t running_longer_than_ms = -1;   // brokers from Kafka 3.8
  std::optional<std::string> id_pattern;      // a regular expression for the whole id; brokers from Kafka 4.1
};

// A transactional id as list_transactions() tells it.
struct ListedTransaction {
  std::string transactional_id;
  std::int64_t producer_id = -1;
  std::string state;
  std::int32_t coordinator = -1;  // the broker
};

// A transactional id with its last or open transaction.
struct TransactionDescription {
  std::int32_t coordinator = -1;
  std::string state;
  std::int64_t producer_id = -1;
  std::int32_t producer_epoch = -1;
  std::int64_t timeout_ms = -1;
  std::optional<std::int64_t> start_time_ms;  // of the open transaction
  std::vector<TopicPartition> partitions;     // that it has written to
};

// One open transaction of one partition, as describe_producers() tells it.
struct HangingTransaction {
  TopicPartition partition;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t coordinator_epoch = -1;
};

// The identity that an id has after fence_producers(); older ones are refused.
struct FencedProducer {
  std::int64_t producer_id = -1;
  std::int32_t producer_epoch = -1;
};

}  // namespace millrace::client
