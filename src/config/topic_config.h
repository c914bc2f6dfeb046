#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "config/layers.h"

namespace millrace::config {

// In which codec a topic's batches are stored (compression.type).
enum class StoredCodec : std::uint8_t { as_produced, none, gzip, snappy, lz4, zstd };

// The settings of one topic as they are in force. A plain value.
struct TopicConfig {
  bool compact = false;                       // cleanup.policy contains compact
  bool remove_old = true;                     // cleanup.policy contains delete
  std::int64_t retention_bytes = -1;          // of a partition; below 0: no limit
  Millis retention{0};                        // below 0: for ever
  Millis tombstone_retention{0};              // delete.retention.ms
  Millis min_compaction_lag{0};
  Millis max_compaction_lag{0};
  double min_dirty_ratio = 0.5;
  std::int32_t segment_bytes = 0;
  Millis segment_age_max{0};
  Millis segment_jitter{0};
  std::int32_t segment_index_bytes = 0;
  std::int32_t index_interval_bytes = 0;
  Millis file_delete_delay{0};
  bool preallocate = false;
  std::int32_t max_batch_bytes = 0;           // max.message.bytes
  bool log_append_time = false;               // message.timestamp.type
  Millis timestamp_before_max{0};
  Millis timestamp_after_max{0};
  StoredCodec codec = StoredCodec::as_produced;
  std::int32_t gzip_level = -1;
  std::int32_t lz4_level = 9;
  std::int32_t zstd_level = 3;
  std::int32_t min_insync_replicas = 1;
  bool unclean_leader_election = false;
  std::int64_t flush_messages = 0;            // in force only where the topic acknowledges from memory (durability.h)
  Millis flush_interval{0};
};

// The settings in force for a topic with these overrides on a server with these layers. Unknown and unreadable
// overrides are passed over.
TopicConfig resolve_topic_config(const Overrides& overrides, const ServerLayers& servers);

// Checks one override; the error is the message of an INVALID_CONFIG answer, in Kafka's words.
Result<void, std::string> validate_topic_config(std::string_view name, std::string_view value);

// Checks the overrides of a topic that is to be created or changed, singly and against each other and the server's
// settings; null values are not allowed. The error is the message of an INVALID_CONFIG answer, in Kafka's words.
Result<void, std::string> validate_topic_configs(
    const std::map<std::string, std::optional<std::string>, std::less<>>& overrides, const ServerLayers& servers);

}  // namespace millrace::config
