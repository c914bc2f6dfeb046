#include "broker/placement.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::broker {
namespace {

TEST(Placement, PartitionsOfATopicAreDealtOutInTurn) {
  for (const std::uint32_t shards : {1U, 2U, 3U, 8U}) {
    const std::uint32_t first = owner_of("orders", PartitionIndex(0), shards).value();
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(owner_of("orders", PartitionIndex(i), shards).value() % shards,
                (owner_of("orders", PartitionIndex(0), shards).value() + static_cast<std::uint32_t>(i)) % shards);
    }
    EXPECT_LT(first, shards);
  }
}

TEST(Placement, TopicsBeginOnDifferentShards) {
  int on_first = 0;
  for (int i = 0; i < 1000; ++i) {
    on_first += owner_of("topic-" + std::to_string(i), PartitionIndex(0), 2) == ShardId(0) ? 1 : 0;
  }
  EXPECT_GT(on_first, 400);
  EXPECT_LT(on_first, 600);
}

}  // namespace
}  // namespace millrace::broker
