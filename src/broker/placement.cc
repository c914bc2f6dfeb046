#include "broker/placement.h"

#include "base/assert.h"

namespace millrace::broker {

ShardId owner_of(std::string_view topic, PartitionIndex index, std::uint32_t shards) {
  MR_ASSERT(shards > 0);
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : topic) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  hash ^= hash >> 32;
  return ShardId(static_cast<std::uint32_t>((hash + static_cast<std::uint32_t>(index.value())) % shards));
}

}  // namespace millrace::broker
