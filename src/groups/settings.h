#pragma once

#include <cstdint>

#include "base/ids.h"
#include "record/batch.h"

namespace millrace::groups {

// The settings of the group coordinator, with Kafka's defaults. The name in each comment is the setting's.
struct GroupSettings {
  Millis min_session_timeout{6'000};          // group.min.session.timeout.ms
  Millis max_session_timeout{1'800'000};      // group.max.session.timeout.ms
  Millis initial_rebalance_delay{3'000};      // group.initial.rebalance.delay.ms
  std::int32_t max_group_size = 2147483647;   // group.max.size
  std::int32_t max_offset_metadata = 4096;    // offset.metadata.max.bytes, in UTF-16 units as Kafka counts
  Millis offsets_commit_timeout{5'000};       // offsets.commit.timeout.ms: how long an answer waits for its records
  Millis retention{10'080 * 60'000LL};        // offsets.retention.minutes
  Millis retention_check_interval{600'000};   // offsets.retention.check.interval.ms
  record::Codec offsets_codec = record::Codec::none;  // offsets.topic.compression.codec
  std::int64_t load_buffer_bytes = 5'242'880; // offsets.load.buffer.size: read at a time while loading
};

}  // namespace millrace::groups
