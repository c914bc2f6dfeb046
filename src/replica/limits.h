#pragma once

#include <cstdint>

#include "base/ids.h"

namespace millrace::replica {

// Fetch sessions of one shard (KIP-227). Kafka's max.incremental.fetch.session.cache.slots counts the whole broker; the
// broker divides it over its shards.
inline constexpr std::uint32_t kFetchSessionsPerNode = 1000;
// A session that was not used for so long may be thrown out for any newcomer.
inline constexpr Millis kFetchSessionEvictionAge{120'000};
// Partitions that one session may hold: a full fetch with more is answered without a session.
inline constexpr std::uint32_t kPartitionsPerFetchSession = 200'000;

}  // namespace millrace::replica
