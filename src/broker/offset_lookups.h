#pragma once

#include <cstdint>
#include <vector>

#include "base/callback.h"
#include "broker/placement.h"
#include "protocol/errc.h"

namespace millrace::broker {

class Broker;

// What ListOffsets may ask for instead of a time (KIP-79, KIP-734, KIP-1005, KIP-1023).
inline constexpr std::int64_t kLatest = -1;
inline constexpr std::int64_t kEarliest = -2;
inline constexpr std::int64_t kMaxTimestamp = -3;
inline constexpr std::int64_t kEarliestLocal = -4;
inline constexpr std::int64_t kLatestTiered = -5;
inline constexpr std::int64_t kEarliestPendingUpload = -6;

// Up to where a look-up sees.
enum class Sees : std::uint8_t { committed, stable, everything };

struct OffsetLookup {
  PartitionKey key;
  ShardId owner;
  std::int64_t timestamp = kLatest;             // milliseconds, or one of the above
  LeaderEpoch current_leader_epoch = kNoEpoch;  // what the client believes; kNoEpoch: anything
};

struct OffsetFound {
  protocol::Errc error = protocol::Errc::none;
  std::int64_t timestamp = -1;
  std::int64_t offset = -1;  // -1: there is no such record
  std::int32_t leader_epoch = -1;
};

// Looks up each on the shard that owns its partition; `done` gets what was found, in the order of the lookups.
void look_up_all(Broker& broker, std::vector<OffsetLookup> lookups, Sees sees,
                 Callback<void(std::vector<OffsetFound>)> done);

}  // namespace millrace::broker
