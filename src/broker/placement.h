#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "base/ids.h"
#include "base/uuid.h"

namespace millrace::broker {

// A partition by the id of its topic.
struct PartitionKey {
  Uuid topic;
  PartitionIndex index;
  friend auto operator<=>(const PartitionKey&, const PartitionKey&) = default;
};

// The shard that owns a partition, the same on every node and after every start as long as the number of shards is. By
// the topic's name, not its id: a topic that is created again uses the same directory, and only one shard may work on
// that. Partitions of one topic are dealt out in turn. Precondition: shards > 0.
ShardId owner_of(std::string_view topic, PartitionIndex index, std::uint32_t shards);

}  // namespace millrace::broker
