#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/export.h"

namespace millrace::client {

// What a partitioner knows of a record and of its topic. Views, which end with the call.
struct PartitionChoice {
  std::string_view topic;
  std::optional<std::string_view> key;         // none: null
  std::optional<std::string_view> value;       // none: null
  std::int32_t partitions = 0;                 // of the topic, numbered from 0; at least 1
  const std::vector<std::int32_t>& available;  // those that have a leader now, ascending; may be none
};

// Chooses the partitions of records that do not name theirs, in place of Kafka's rule (by the hash of the key; without
// a key, batch by batch). For ProducerConfig::partitioner().
class MILLRACE_API Partitioner {
 public:
  virtual ~Partitioner() = default;
  // A partition below choice.partitions; a record for which it is another number fails with Cause::invalid_argument,
  // one for which it throws with Cause::callback. On the client's own thread, record by record in the order of sending;
  // must not wait, and must not call the producer. One object for several producers is called by several threads.
  virtual std::int32_t partition(const PartitionChoice& choice) = 0;
};

// Each record to the next partition, whatever its key: partitioner.class=RoundRobinPartitioner of Kafka's clients. For
// one producer.
class MILLRACE_API RoundRobinPartitioner final : public Partitioner {
 public:
  std::int32_t partition(const PartitionChoice& choice) override;

 private:
  std::map<std::string, std::uint32_t, std::less<>> next_;  // by topic
};

// Where Kafka's clients put a key among `partitions`: by murmur2. -1, which is no partition, if there are none. For
// partitioners that treat only some keys in their own way. Any thread.
MILLRACE_API std::int32_t partition_of_key(std::string_view key, std::int32_t partitions);

}  // namespace millrace::client
