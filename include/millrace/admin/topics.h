#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/common.h"

namespace millrace::client {

// A topic to be created.
struct NewTopic {
  std::string name;
  std::int32_t partitions = -1;          // -1: the brokers' num.partitions
  std::int16_t replication_factor = -1;  // -1: the brokers' default.replication.factor
  std::map<std::int32_t, std::vector<std::int32_t>> assignment;  // brokers per partition, instead of the two numbers
  std::map<std::string, std::string> configs;
};

struct CreatedTopic {
  TopicId id;                            // zero from brokers before Kafka 2.8
  std::int32_t partitions = -1;          // -1 where the broker does not tell (before Kafka 2.4, or no permission)
  std::int16_t replication_factor = -1;
};

struct ListedTopic {
  std::string name;
  TopicId id;
  bool internal = false;
};

struct PartitionDescription {
  std::int32_t partition = 0;
  std::int32_t leader = -1;  // -1: none now
  std::int32_t leader_epoch = -1;
  std::vector<std::int32_t> replicas;
  std::vector<std::int32_t> in_sync;
  std::vector<std::int32_t> offline;
  std::vector<std::int32_t> eligible_leaders;        // KIP-966; empty where the broker does not tell
  std::vector<std::int32_t> last_known_eligible;
};

struct TopicDescription {
  std::string name;
  TopicId id;
  bool internal = false;
  std::vector<PartitionDescription> partitions;  // by number
};

// More partitions for a topic.
struct MorePartitions {
  std::int32_t total = 0;                               // afterwards, not added
  std::vector<std::vector<std::int32_t>> assignment;    // brokers of each new one; empty: the controller chooses
};

// What list_offsets() looks for: a time in milliseconds since 1970, or one of these.
struct OffsetSpec {
  static constexpr std::int64_t kLatest = -1;
  static constexpr std::int64_t kEarliest = -2;
  static constexpr std::int64_t kMaxTimestamp = -3;     // Kafka 3.0
  static constexpr std::int64_t kEarliestLocal = -4;    // tiered storage, Kafka 3.5
  static constexpr std::int64_t kLatestTiered = -5;     // Kafka 3.9
};

struct FoundOffset {
  std::int64_t offset = -1;  // -1: no record at or after the time
  std::int64_t timestamp_ms = -1;
  std::int32_t leader_epoch = -1;
};

enum class Isolation : std::int8_t { read_uncommitted = 0, read_committed = 1 };

}  // namespace millrace::client
