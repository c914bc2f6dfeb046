#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "log/names.h"
#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

TEST(PartitionLog, ACleanStopLosesNothing) {
  FakeDisk disk;
  {
    Node node(disk, segments_of(500));
    node.open();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(node.append(1).ok());
    EXPECT_TRUE(node.close().ok());
  }
  disk.cut_power();
  Node again(disk, segments_of(500));
  again.open();
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->end(), Offset(20));
  EXPECT_EQ(again.log->durable_end(), Offset(20));
  EXPECT_EQ(again.log->end_of_epoch(LeaderEpoch(3)).end, Offset(20));
  EXPECT_EQ(*disk.contents(again.path("leader-epoch-checkpoint")), "0\n1\n3 0\n");
}

// Random workloads and power cuts: what on_durable has announced is there again, in whole batches, without a gap; what
// comes after it is a prefix of what was appended.
TEST(PartitionLog, NothingDurableIsLostByAPowerCutAtAnyMoment) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Prng random(seed);
    FakeDisk disk;
    Offset promised{0};
    for (int life = 0; life < 3; ++life) {
      LogOptions options = segments_of(300 + random.below(3000));
      options.preallocate = seed % 4 == 0;
      Node node(disk, options);
      node.open();
      ASSERT_TRUE(node.log) << seed << " " << (node.shard.lines.empty() ? "" : node.shard.lines.back());
      ASSERT_GE(node.log->end(), promised) << seed;
      std::int64_t expected = 0;
      const std::string bytes = node.read(Offset(0), node.log->end(), 1 << 24);
      for (record::BatchWalk walk(as_bytes(bytes)); walk.next();) {
        ASSERT_EQ(walk.batch().base_offset().value(), expected) << seed;
        expected = walk.batch().next_offset().value();
      }
      ASSERT_EQ(Offset(expected), node.log->end()) << seed;
      promised = node.log->end();
      node.listener.durable = promised;
      const auto steps = random.below(60);
      for (std::uint64_t step = 0; step < steps; ++step) {
        const auto action = random.below(10);
        if (action < 5) {
          static_cast<void>(node.append(1 + static_cast<int>(random.below(3)), std::string(random.below(400), 'x')));
        }
        node.shard.hold_syncs = random.one_in(3);
        node.shard.hold_jobs = random.one_in(3);
        node.shard.hold_writes = random.one_in(4);
        if (random.one_in(2)) node.shard.release();
        node.shard.turn();
        promised = std::max(promised, node.log->durable_end());
      }
      disk.cut_power(Prng(seed * 7 + static_cast<std::uint64_t>(life)));
    }
  }
}

// The file of the first segment is made, gets its room, and has a name for good: at different moments.
TEST(PartitionLog, APowerCutWhileItsFirstSegmentGetsItsRoomLeavesALog) {
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    FakeDisk disk;
    LogOptions options = segments_of(600);
    options.preallocate = true;
    {
      Node node(disk, options);
      node.shard.hold_jobs = seed % 2 == 0;
      node.open();
      if (node.log) static_cast<void>(node.append(1));
      if (seed % 4 == 3) node.shard.turn();
    }
    disk.cut_power(Prng(seed));
    Node again(disk, options);
    again.open();
    ASSERT_TRUE(again.log && again.log->writable()) << seed;
    ASSERT_LE(again.log->end(), Offset(1)) << seed;
    ASSERT_TRUE(again.append(1).ok());
    again.shard.run();
    EXPECT_EQ(again.log->durable_end(), again.log->end()) << seed;
    EXPECT_TRUE(again.close().ok());
  }
}

TEST(PartitionLog, TheTornTailIsCutAndKeptAside) {
  FakeDisk disk;
  std::string tail;
  {
    Node node(disk);
    node.open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.append(1).ok());
    EXPECT_TRUE(node.close().ok());
    std::string& bytes = *disk.contents(node.path("00000000000000000000.log"));
    const std::size_t size = bytes.size() / 3;
    bytes[size + 65] ^= 1;
    tail = bytes.substr(size);
  }
  Node again(disk);
  again.open();
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->end(), Offset(1));
  EXPECT_EQ(*disk.contents(again.path("00000000000000000000.1.cut")), tail);
  EXPECT_EQ(again.shard.reached(ports::Probe::log_tail_cut), 1);
  ASSERT_EQ(again.shard.lines.size(), 1U);
  EXPECT_NE(again.shard.lines[0].find("offset 1: the batch's checksum is wrong"), std::string::npos);
  EXPECT_EQ(again.append(1)->base_offset, Offset(1));
}

TEST(PartitionLog, DamageBelowALaterSegmentIsLeftAloneAndTheLogIsReadUpToItAndClosedForWriting) {
  FakeDisk disk;
  {
    Node node(disk, segments_of(200));
    node.open();
    for (int i = 0; i < 9; ++i) ASSERT_TRUE(node.append(1).ok());
    EXPECT_TRUE(node.close().ok());
  }
  Node again(disk, segments_of(200));
  std::string& bytes = *disk.contents(again.path("00000000000000000000.log"));
  bytes[bytes.size() - 1] ^= 1;
  const std::string before = bytes;
  const auto names = disk.list(std::string(kDirectory))->size();
  again.open();
  ASSERT_TRUE(again.log);
  EXPECT_FALSE(again.log->writable());
  EXPECT_EQ(again.log->end(), Offset(1));
  EXPECT_EQ(again.offsets(Offset(0), Offset(9)), "0-0");
  ASSERT_NE(again.log->damage(), nullptr);
  EXPECT_EQ(*again.log->damage(), (Damage{"00000000000000000000.log", 70, Offset(1)}));
  EXPECT_EQ(again.append(1).error(), Error::io);
  EXPECT_EQ(again.close().error(), Error::io);
  EXPECT_EQ(*disk.contents(again.path("00000000000000000000.log")), before);
  EXPECT_EQ(disk.list(std::string(kDirectory))->size(), names);
  ASSERT_EQ(again.shard.lines.size(), 1U);
  EXPECT_NE(again.shard.lines[0].find("00000000000000000000.log at position 70, offset 1"), std::string::npos);
}

TEST(PartitionLog, WithoutDurabilityAHoleEndsTheLogAndLaterSegmentsAreKeptAside) {
  FakeDisk disk;
  LogOptions options = segments_of(200);
  options.durable = false;
  {
    Node node(disk, options);
    node.open();
    for (int i = 0; i < 9; ++i) ASSERT_TRUE(node.append(1).ok());
    EXPECT_TRUE(node.close().ok());
  }
  Node again(disk, options);
  std::string& bytes = *disk.contents(again.path("00000000000000000000.log"));
  bytes[bytes.size() - 1] ^= 1;
  again.open();
  ASSERT_TRUE(again.log);
  EXPECT_GT(again.log->end(), Offset(0));
  EXPECT_LT(again.log->end(), Offset(9));
  EXPECT_TRUE(disk.exists(again.path("00000000000000000000.1.cut")));
}

TEST(PartitionLog, WithoutDurabilityTheEndFollowsTheWriteAndARollStillSyncs) {
  FakeDisk disk;
  LogOptions options = segments_of(200);
  options.durable = false;
  Node node(disk, options);
  node.open();
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  EXPECT_EQ(node.log->durable_end(), Offset(1));
  EXPECT_EQ(node.shard.syncs_begun, 0U);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  EXPECT_GT(node.shard.syncs_begun, 0U);
  EXPECT_EQ(node.log->durable_end(), Offset(4));
}

TEST(PartitionLog, NothingInANewSegmentIsDurableBeforeItsName) {
  FakeDisk disk;
  Node node(disk, segments_of(200));
  node.open();
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  node.shard.hold_jobs = true;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  ASSERT_TRUE(disk.exists(node.path(segment_name(Offset(2)))) || disk.exists(node.path(segment_name(Offset(1)))));
  EXPECT_LT(node.log->durable_end(), Offset(3));
  node.shard.hold_jobs = false;
  node.shard.release();
  node.shard.run();
  EXPECT_EQ(node.log->durable_end(), Offset(3));
}

TEST(PartitionLog, AFullDiskRefusesAppendsKeepsWhatWasTakenAndGoesOnWhenThereIsSpace) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  disk.full = true;
  ASSERT_TRUE(node.append(2).ok());
  node.shard.run();
  EXPECT_TRUE(node.listener.stalled);
  EXPECT_EQ(node.append(1).error(), Error::no_space);
  EXPECT_EQ(node.log->durable_end(), Offset(1));
  EXPECT_EQ(node.offsets(Offset(0), Offset(1)), "0-0");
  node.shard.advance(Millis(5000));
  EXPECT_TRUE(node.listener.stalled);
  disk.full = false;
  node.shard.advance(Millis(5000));
  EXPECT_FALSE(node.listener.stalled);
  EXPECT_EQ(node.listener.broken, 0);
  EXPECT_EQ(node.log->durable_end(), Offset(3));
  EXPECT_EQ(node.append(1)->base_offset, Offset(3));
}

TEST(PartitionLog, AFailedSyncBreaksTheLogWhichStillServesWhatWasDurable) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  disk.failing_syncs = 1;
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  EXPECT_EQ(node.listener.broken, 1);
  EXPECT_EQ(node.append(1).error(), Error::io);
  EXPECT_EQ(node.log->durable_end(), Offset(1));
  EXPECT_EQ(node.offsets(Offset(0), Offset(2)), "0-0");
  node.shard.advance(Millis(60000));
  EXPECT_EQ(node.log->durable_end(), Offset(1)) << "a failed sync is never tried again";
  EXPECT_EQ(node.close().error(), Error::io);
}

TEST(PartitionLog, ProducersAreKnownAgainAfterARestart) {
  FakeDisk disk;
  {
    Node node(disk);
    node.open();
    record::BatchOptions options;
    options.producer_id = ProducerId(5);
    options.producer_epoch = ProducerEpoch(0);
    options.base_sequence = 0;
    record::BatchBuilder builder(options);
    for (int i = 0; i < 3; ++i) builder.add(WallTime(1), std::nullopt, as_bytes("v"));
    ASSERT_TRUE(node.log->append(builder.build(), LeaderEpoch(0)).ok());
    EXPECT_TRUE(node.close().ok());
  }
  Node again(disk);
  again.open();
  const auto& producers = again.log->producers();
  const auto verdict = [&](int first, int last) {
    return producers.check(ProducerId(5), ProducerEpoch(0), first, last).verdict;
  };
  EXPECT_EQ(verdict(0, 2), record::SequenceVerdict::duplicate);
  EXPECT_EQ(verdict(3, 3), record::SequenceVerdict::in_order);
  EXPECT_EQ(verdict(4, 4), record::SequenceVerdict::out_of_order);
}

TEST(PartitionLog, AnotherTopicsDirectoryIsNotOpened) {
  FakeDisk disk;
  Node node(disk);
  ASSERT_TRUE(disk.create_directory(std::string(kDirectory)).ok());
  disk.put(node.path("partition.metadata"), "version: 0\ntopic_id: " + Uuid{9, 9}.text());
  node.open();
  EXPECT_EQ(node.error, Error::stale);
}

}  // namespace
}  // namespace millrace::log::testing
