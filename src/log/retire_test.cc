#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

TEST(PartitionLog, TruncationForgetsFromTheBatchThatHoldsTheOffset) {
  FakeDisk disk;
  Node node(disk, segments_of(400));
  node.open();
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(node.append(2).ok());
  node.shard.run();
  std::optional<Status> done;
  node.log->truncate(Offset(7), kNoEpoch, [&](Status status) { done = status; });
  EXPECT_EQ(node.append(1).error(), Error::would_block);
  node.shard.run();
  ASSERT_TRUE(done && done->ok());
  EXPECT_EQ(node.log->end(), Offset(6));
  EXPECT_EQ(node.log->durable_end(), Offset(6));
  node.listener.durable = Offset(6);
  EXPECT_EQ(node.offsets(Offset(0), Offset(6)), "0-1 2-3 4-5");
  EXPECT_EQ(node.append(1)->base_offset, Offset(6));
  node.shard.run();
  EXPECT_EQ(node.log->durable_end(), Offset(7));
  disk.cut_power();
  Node again(disk, segments_of(400));
  again.open();
  EXPECT_EQ(again.log->end(), Offset(7));
}

TEST(PartitionLog, TruncationToAnEpochEndsWhereThatEpochEnded) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  ASSERT_TRUE(node.log->append(batch(3), LeaderEpoch(1)).ok());
  ASSERT_TRUE(node.log->append(batch(3), LeaderEpoch(4)).ok());
  std::optional<Status> done;
  node.log->truncate(Offset(6), LeaderEpoch(2), [&](Status status) { done = status; });
  node.shard.run();
  ASSERT_TRUE(done && done->ok());
  EXPECT_EQ(node.log->end(), Offset(3));
  EXPECT_EQ(node.log->last_epoch(), LeaderEpoch(1));
}

TEST(PartitionLog, BytesThatAPlanStillRefersToAreNotCut) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  auto plan = node.log->read(Offset(0), Offset(4), 1 << 20, true);
  ASSERT_TRUE(plan.ok());
  std::optional<Status> done;
  node.log->truncate(Offset(1), kNoEpoch, [&](Status status) { done = status; });
  node.shard.advance(Millis(1000));
  EXPECT_FALSE(done);
  plan->pieces.clear();
  node.shard.advance(Millis(1000));
  ASSERT_TRUE(done && done->ok());
  EXPECT_EQ(node.log->end(), Offset(1));
}

TEST(PartitionLog, RecordsAreFoundByTimestampInFilesAndInMemory) {
  FakeDisk disk;
  Node node(disk, segments_of(300));
  node.open();
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(node.log->append(batch(2, "v", WallTime(1000 + 100 * i)), LeaderEpoch(0)).ok());
    if (i < 6) node.shard.run();
  }
  node.shard.hold_writes = true;
  const auto find = [&](std::int64_t time, Offset upto) {
    std::optional<TimestampOffset> found;
    node.log->find_timestamp(WallTime(time), upto, [&](Result<TimestampOffset> result) { found = *result; });
    node.shard.run();
    return found->offset;
  };
  EXPECT_EQ(find(0, Offset(16)), Offset(0));
  EXPECT_EQ(find(1001, Offset(16)), Offset(1));
  EXPECT_EQ(find(1002, Offset(16)), Offset(2));
  EXPECT_EQ(find(1701, Offset(16)), Offset(15));
  EXPECT_EQ(find(1701, Offset(15)), kNoOffset);
  EXPECT_EQ(find(1702, Offset(16)), kNoOffset);
  std::optional<TimestampOffset> latest;
  node.log->find_max_timestamp(Offset(16), [&](Result<TimestampOffset> result) { latest = *result; });
  node.shard.run();
  EXPECT_EQ(latest->offset, Offset(15));
  node.log->find_max_timestamp(Offset(3), [&](Result<TimestampOffset> result) { latest = *result; });
  node.shard.run();
  EXPECT_EQ(latest->offset, Offset(2));
}

TEST(PartitionLog, RemovalRenamesAtOnceAndDeletesAfterTheDelay) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  ASSERT_TRUE(node.append(1).ok());
  std::optional<Status> done;
  node.log->remove(Millis(60000), [&](Status status) { done = status; });
  node.shard.run();
  ASSERT_TRUE(done && done->ok());
  node.log.reset();
  disk.cut_power();
  const auto names = disk.list("data");
  ASSERT_EQ(names->size(), 1U);
  EXPECT_TRUE(names->front().name.starts_with("orders-0."));
  EXPECT_TRUE(names->front().name.ends_with("-delete"));
  node.shard.advance(Millis(60000));
  EXPECT_EQ(disk.list("data")->size(), 0U);
}

}  // namespace
}  // namespace millrace::log::testing
