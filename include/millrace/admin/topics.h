#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/common.h"
#include "millrace/admin/configs.h"
#include "millrace/admin/security.h"
#include "millrace/partition_description.h"

namespace millrace::client {

// A topic to be created.
struct NewTopic {
  std::string name;
  std::int32_t partitions = -1;          // -1: the brokers' num.partitions
  std::int16_t replication_factor = -1;  // -1: the brokers' default.replication.factor
  std::map<std::int32_t, std::vector<std::int32_t>> assignment;  // brokers per partition, instead of the two numbers
  std::map<std::string, std::string> configs;
};

// What has been created.
struct CreatedTopic {
  TopicId id;                            // zero from brokers before Kafka 2.8
  std::int32_t partitions = -1;          // -1 where the broker does not tell (before Kafka 2.4, or no permission)
  std::int16_t replication_factor = -1;
  std::vector<ConfigEntry> configs;      // in force; none where the broker does not tell
};

// A topic as list_topics() tells it.
struct ListedTopic {
  std::string name;
  TopicId id;
  bool internal = false;
};

// A topic and its partitions.
struct TopicDescription {
  std::string name;
  TopicId id;
  bool internal = false;
  std::vector<PartitionDescription> partitions;  // by number
  // What this user may do with it; nothing unless it was asked for (KIP-430).
  std::optional<std::vector<AclOperation>> authorized_operations;
};

// More partitions for a topic.
struct MorePartitions {
  std::int32_t total = 0;                               // afterwards, not added
  std::vector<std::vector<std::int32_t>> assignment;    // brokers of each new one; empty: the controller chooses
};

// Of a call that creates, extends or deletes topics.
struct ChangeTopicsOptions : AdminOptions {
  // What a quota of such changes refuses for now (KIP-599) is tried again until the call's time is over; false:
  // THROTTLING_QUOTA_EXCEEDED is told at once.
  bool retry_on_quota_violation = true;
};

// What list_offsets() looks for: a time in milliseconds since 1970, or one of these.
struct OffsetSpec {
  static constexpr std::int64_t kLatest = -1;
  static constexpr std::int64_t kEarliest = -2;
  static constexpr std::int64_t kMaxTimestamp = -3;     // Kafka 3.0
  static constexpr std::int64_t kEarliestLocal = -4;    // tiered storage, Kafka 3.5
  static constexpr std::int64_t kLatestTiered = -5;     // Kafka 3.9
  static constexpr std::int64_t kEarliestPendingUpload = -6;  // Kafka 4.2 (KIP-1023)
};

// What was found for an OffsetSpec.
struct FoundOffset {
  std::int64_t offset = -1;  // -1: no record at or after the time
  std::int64_t timestamp_ms = -1;
  std::int32_t leader_epoch = -1;
};

enum class Isolation : std::int8_t { read_uncommitted = 0, read_committed = 1 };

}  // namespace millrace::client
