#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

TEST(PartitionLog, ANewLogIsEmptyAndItsNamesAreDurableWithItsFirstRecord) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  ASSERT_TRUE(node.log);
  EXPECT_EQ(node.log->end(), Offset(0));
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  EXPECT_EQ(node.log->durable_end(), Offset(1));
  disk.cut_power();
  EXPECT_EQ(*disk.contents(node.path("partition.metadata")), "version: 0\ntopic_id: " + kTopic.text());
  EXPECT_TRUE(disk.exists(node.path("00000000000000000000.log")));
}

// Unsynced until the first record, it may be anything after the power has been cut, while its name is there.
TEST(PartitionLog, AnIdThatThePowerTookIsWrittenAnewWhileThereAreNoRecords) {
  for (const char* left : {"", "version: 0\ntopic", "\0\0\0"}) {
    FakeDisk disk;
    Node(disk).open();
    disk.put("data/orders-0/partition.metadata", left);
    {
      Node node(disk);
      node.open();
      ASSERT_TRUE(node.log);
      ASSERT_TRUE(node.append(1).ok());
      node.shard.run();
      EXPECT_EQ(node.log->durable_end(), Offset(1));
    }
    disk.cut_power();
    EXPECT_EQ(*disk.contents("data/orders-0/partition.metadata"), "version: 0\ntopic_id: " + kTopic.text());
    disk.put("data/orders-0/partition.metadata", left);
    Node again(disk);
    again.open();
    EXPECT_EQ(again.error, Error::corrupt);
  }
}

// A start between the making of the log and its first record does not take its names for durable.
TEST(PartitionLog, TheNamesOfALogFoundEmptyAreDurableWithItsFirstRecord) {
  FakeDisk disk;
  Node(disk).open();
  Node node(disk);
  node.open();
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  EXPECT_EQ(node.log->durable_end(), Offset(1));
  disk.cut_power();
  EXPECT_EQ(*disk.contents(node.path("partition.metadata")), "version: 0\ntopic_id: " + kTopic.text());
  EXPECT_TRUE(disk.exists(node.path("00000000000000000000.log")));
}

TEST(PartitionLog, AppendedRecordsAreVisibleAtOnceAndDurableAfterTheSync) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  node.shard.hold_syncs = true;
  const auto result = node.append(3);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->base_offset, Offset(0));
  EXPECT_EQ(result->last_offset, Offset(2));
  EXPECT_EQ(node.append(1)->base_offset, Offset(3));
  EXPECT_EQ(node.offsets(Offset(0), Offset(4)), "0-2 3-3");  // from memory
  node.shard.run();
  EXPECT_EQ(node.log->durable_end(), Offset(0));
  EXPECT_EQ(node.offsets(Offset(0), Offset(4)), "0-2 3-3");  // from the file
  node.shard.hold_syncs = false;
  node.shard.release();
  node.shard.run();
  EXPECT_EQ(node.listener.durable, Offset(4));
  EXPECT_EQ(node.log->last_epoch(), LeaderEpoch(3));
}

TEST(PartitionLog, OneTurnIsOneWriteAndOneCommitAndTheNextTakesWhatCameMeanwhile) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  node.shard.hold_syncs = true;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  EXPECT_EQ(node.shard.writes_begun, 1U);
  EXPECT_EQ(node.shard.syncs_begun, 1U);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  EXPECT_EQ(node.shard.syncs_begun, 1U);
  node.shard.hold_syncs = false;
  node.shard.release();
  node.shard.run();
  EXPECT_EQ(node.shard.syncs_begun, 2U);
  EXPECT_EQ(node.log->durable_end(), Offset(20));
}

TEST(PartitionLog, ACommitCoversOnlyWhatWasWrittenWhenItBegan) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  node.shard.hold_syncs = true;
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();  // written while the first sync is under way
  node.shard.release();
  node.shard.turn();
  EXPECT_EQ(node.log->durable_end(), Offset(1));
}

TEST(PartitionLog, ReadsGiveWholeBatchesWithinTheBytesAllowed) {
  FakeDisk disk;
  Node node(disk, segments_of(1000));
  node.open();
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(node.append(2).ok());
    if (i % 3 == 0) node.shard.run();
  }
  const std::uint64_t size = batch(2).size();
  EXPECT_EQ(node.offsets(Offset(0), Offset(80), size), "0-1");
  EXPECT_EQ(node.offsets(Offset(1), Offset(80), 2 * size + 5), "0-1 2-3");
  EXPECT_EQ(node.offsets(Offset(5), Offset(80), 1, true), "4-5");
  EXPECT_EQ(node.offsets(Offset(5), Offset(80), 1, false), "");
  EXPECT_EQ(node.offsets(Offset(78), Offset(80)), "78-79");
  EXPECT_EQ(node.offsets(Offset(76), Offset(78)), "76-77");
  EXPECT_EQ(node.offsets(Offset(80), Offset(80)), "");
  EXPECT_EQ(node.offsets(Offset(81), Offset(90)), "error: out_of_range");
  std::string all;
  for (int i = 0; i < 40; ++i) {
    all += (i ? " " : "") + std::to_string(2 * i) + "-" + std::to_string(2 * i + 1);
  }
  EXPECT_EQ(node.offsets(Offset(0), Offset(80)), all);
  EXPECT_GE(node.shard.reached(ports::Probe::log_segment_rolled), 3);
}

TEST(PartitionLog, ARereadAfterWarmingGivesWhatAColdReadCouldNot) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  node.shard.cold = true;
  EXPECT_EQ(node.offsets(Offset(3), Offset(5)), "error: would_block");
  bool ready = false;
  node.log->when_readable([&] { ready = true; });
  node.shard.run();
  EXPECT_TRUE(ready);
  EXPECT_EQ(node.offsets(Offset(3), Offset(5)), "3-3 4-4");
}

TEST(PartitionLog, AFollowerTakesBatchesOnlyAtItsEnd) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  record::BatchOptions options;
  options.leader_epoch = LeaderEpoch(9);
  options.base_offset = Offset(1);
  record::BatchBuilder builder(options);
  builder.add(WallTime(1), std::nullopt, as_bytes("v"));
  const Buffer second = builder.build();
  EXPECT_EQ(node.log->append_as_follower(Buffer::copy_of(second.bytes())).error(), Error::out_of_range);
  ASSERT_TRUE(node.append(1).ok());
  ASSERT_TRUE(node.log->append_as_follower(Buffer::copy_of(second.bytes())).ok());
  EXPECT_EQ(node.log->last_epoch(), LeaderEpoch(9));
  EXPECT_EQ(node.log->end_of_epoch(LeaderEpoch(8)).end, Offset(1));
  Buffer damaged = Buffer::copy_of(second.bytes());
  record::MutableBatch(damaged.writable()).set_base_offset(Offset(2));
  damaged.data()[damaged.size() - 1] ^= std::byte{1};
  EXPECT_EQ(node.log->append_as_follower(damaged).error(), Error::corrupt);
}

}  // namespace
}  // namespace millrace::log::testing
