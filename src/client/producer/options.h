#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "client/settings.h"
#include "millrace/partitioner.h"
#include "record/batch.h"

namespace millrace::client {

// A producer's settings as values; Kafka's names are in the comments of settings.
struct ProducerOptions {
  std::int16_t acks = -1;
  std::size_t batch_bytes = 16'384;
  std::size_t buffer_bytes = 32U << 20U;
  std::size_t max_request_bytes = 1U << 20U;
  record::Codec codec = record::Codec::none;
  std::optional<int> level;
  Millis linger{5};
  Millis max_block{60'000};
  Millis delivery_timeout{120'000};
  Millis request_timeout{30'000};
  Millis retry_backoff{100};
  Millis retry_backoff_max{1'000};
  std::uint32_t retries = 0x7fffffff;
  std::uint32_t max_in_flight = 5;
  bool idempotent = true;
  bool ignore_keys = false;         // partitioner.ignore.keys
  bool adaptive = true;             // partitioner.adaptive.partitioning.enable
  Millis availability_timeout{0};   // partitioner.availability.timeout.ms; 0: none
  std::shared_ptr<Partitioner> partitioner;  // instead of the rule of keys and sticky batches; may be null
  Millis topic_idle{300'000};       // metadata.max.idle.ms
  std::string transactional_id;     // empty: no transactions
  Millis transaction_timeout{60'000};
};

// Reads them. Cause::invalid_config where settings contradict each other: idempotence with acks other than all, without
// retries or with more than five requests in flight; a transactional id without idempotence; delivery.timeout.ms below
// linger.ms + request.timeout.ms; a partitioner.class other than RoundRobinPartitioner. Idempotence that nobody asked
// for by name gives way, as in Kafka's producer.
Result<ProducerOptions> producer_options(const Settings& settings);

}  // namespace millrace::client
