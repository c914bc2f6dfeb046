#include <gtest/gtest.h>

#include <optional>
#include <span>
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

// The cut goes by what the files have.
TEST(PartitionLog, TruncationOnAFullDiskKeepsWhatItIsToKeepOrCutsNothing) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  disk.full = true;
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  const auto truncated = [&node](Offset offset) {
    std::optional<Status> done;
    node.log->truncate(offset, kNoEpoch, [&](Status status) { done = status; });
    node.shard.run();
    if (!done) return Error::would_block;
    return done->ok() ? Error::none : done->error();
  };
  EXPECT_EQ(truncated(Offset(2)), Error::no_space);
  EXPECT_EQ(node.log->end(), Offset(2));
  disk.full = false;
  node.shard.advance(Millis(1000));
  EXPECT_EQ(node.log->durable_end(), Offset(2));
  disk.full = true;
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  EXPECT_EQ(truncated(Offset(2)), Error::none);
  EXPECT_EQ(node.log->end(), Offset(2));
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

// Eight batches with an entry each, but for the first; a bit of one entry differs.
TEST(PartitionLog, ATimestampIsFoundThoughAnIndexEntryIsWrong) {
  struct Harm {
    std::string_view file;
    std::size_t at;
    char bit;
  };
  // Of the entry for the batch at offset 6: its time, its offset; its offset and its position in .index.
  for (const Harm& harm : {Harm{".timeindex", 2 * 12 + 7, 0x40}, Harm{".timeindex", 2 * 12 + 11, 2},
                           Harm{".index", 2 * 8 + 3, 2}, Harm{".index", 2 * 8 + 7, 1}}) {
    FakeDisk disk;
    LogOptions options;
    options.index_interval_bytes = ByteCount(0);
    {
      Node node(disk, options);
      node.open();
      for (int i = 0; i < 8; ++i) {
        ASSERT_TRUE(node.log->append(batch(2, "v", WallTime(1023 + 128 * i)), LeaderEpoch(0)).ok());
      }
      ASSERT_TRUE(node.close().ok());
    }
    (*disk.contents(std::string(kDirectory) + "/00000000000000000000" + std::string(harm.file)))[harm.at] ^= harm.bit;
    OpenHints hints;
    hints.clean_stop = true;
    Node again(disk, options);
    again.open(hints);
    ASSERT_TRUE(again.log);
    for (int i = 0; i < 8; ++i) {
      for (const int record : {0, 1}) {
        again.log->find_timestamp(WallTime(1023 + 128 * i + record), Offset(16), [&](Result<TimestampOffset> found) {
          ASSERT_TRUE(found.ok()) << harm.file << harm.at;
          EXPECT_EQ(found->offset, Offset(2 * i + record)) << harm.file << harm.at;
        });
        again.shard.run();
      }
    }
  }
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

// A truncation opens the segments below its cut anew; the remover cuts large files bit by bit, but none that is read.
TEST(PartitionLog, APlanFromBeforeATruncationCanBeReadWhileTheLogIsRemoved) {
  FakeDisk disk;
  Node node(disk, segments_of(10 << 20));
  node.open();
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(node.append(1, std::string(1 << 20, 'v')).ok());
    node.shard.run();
  }
  const auto plan = node.log->read(Offset(0), Offset(9), 64 << 20, true);
  ASSERT_TRUE(plan.ok() && plan->pieces.front().file);
  std::optional<Status> done;
  node.log->truncate(Offset(11), kNoEpoch, [&](Status status) { done = status; });
  node.shard.run();
  ASSERT_TRUE(done && done->ok());
  node.log->remove(Millis(60000), [&](Status status) { done = status; });
  node.shard.run();
  node.shard.advance(Millis(60000));
  ASSERT_EQ(disk.list("data")->size(), 0U);
  const auto& piece = plan->pieces.front();
  std::string bytes(piece.length, '\0');
  const auto got = piece.file->read_cached(piece.position, std::as_writable_bytes(std::span(bytes)));
  EXPECT_TRUE(got.ok() && *got == piece.length);
}

// The index of a segment could not be written, and an older one of that name is there.
TEST(PartitionLog, TruncationTrustsNoIndexThatItsLogHasNotWritten) {
  FakeDisk disk;
  LogOptions options = segments_of(200);
  options.index_interval_bytes = ByteCount(0);
  Node node(disk, options);
  node.open();
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  node.shard.hold_jobs = true;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  const std::string index = node.path("00000000000000000000.index");
  disk.put(index, "");
  disk.failing_writes = 1;
  node.shard.hold_jobs = false;
  node.shard.release();
  node.shard.run();
  ASSERT_EQ(disk.failing_writes, 0);
  ASSERT_TRUE(node.log->writable());
  const std::string stale("\0\0\0\1\0\0\0\x50", 8);
  disk.find(index)->broken = false;
  disk.put(index, stale);
  node.log->truncate(Offset(3), kNoEpoch, [](Status) {});
  node.shard.run();
  ASSERT_EQ(node.log->end(), Offset(3));
  EXPECT_NE(*disk.contents(index), stale);
  EXPECT_EQ(node.offsets(Offset(1), Offset(3)), "1-1 2-2");
}

TEST(PartitionLog, AWrongIndexEntryIsNotFollowedWhenItsPlaceComesIntoMemoryBetweenTwoLooks) {
  FakeDisk disk;
  LogOptions options = segments_of(700);
  options.index_interval_bytes = ByteCount(0);
  {
    Node node(disk, options);
    node.open();
    for (int i = 0; i < 24; ++i) ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
    ASSERT_TRUE(node.close().ok());
  }
  std::string& index = *disk.contents(std::string(kDirectory) + "/00000000000000000000.index");
  ASSERT_GE(index.size(), 40U);
  for (std::size_t at = 7; at < index.size(); at += 8) ++index[at];  // each position is one byte too far
  OpenHints hints;
  hints.clean_stop = true;
  for (const int cold_reads : {0, 1, 2}) {
    Node again(disk, options);
    again.open(hints);
    again.shard.cold_reads = cold_reads;
    EXPECT_EQ(again.offsets(Offset(5), Offset(6)), "5-5") << cold_reads;
    Node limited(disk, options);
    limited.open(hints);
    limited.shard.cold_reads = cold_reads;
    EXPECT_EQ(limited.offsets(Offset(0), Offset(9), 250), "0-0 1-1 2-2") << cold_reads;
  }
}

TEST(PartitionLog, ALogGoesOnWhenTheIndexOfItsActiveSegmentTurnsOutToBeWrong) {
  FakeDisk disk;
  LogOptions options;
  options.index_interval_bytes = ByteCount(0);
  {
    Node node(disk, options);
    node.open();
    for (int i = 0; i < 24; ++i) ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
    ASSERT_TRUE(node.close().ok());
  }
  ++(*disk.contents(std::string(kDirectory) + "/00000000000000000000.index"))[39];
  OpenHints hints;
  hints.clean_stop = true;
  Node again(disk, options);
  again.open(hints);
  EXPECT_EQ(again.offsets(Offset(5), Offset(6)), "5-5");
  ASSERT_TRUE(again.append(1).ok());
  again.shard.run();
  ASSERT_TRUE(again.close().ok());
  Node third(disk, options);
  third.open(hints);
  EXPECT_EQ(third.offsets(Offset(24), Offset(25)), "24-24");
}

TEST(PartitionLog, DamageInWhatATruncationKeepsIsNotCut) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  const std::string log = node.path("00000000000000000000.log");
  (*disk.contents(log))[70 + 65] ^= 1;
  node.log->truncate(Offset(4), kNoEpoch, [](Status) {});
  node.shard.run();
  EXPECT_EQ(disk.contents(log)->size(), 280U);
  EXPECT_EQ(node.log->end(), Offset(1));
  EXPECT_FALSE(node.log->writable());
}

// The file of the epochs is from before the last one began, and the batches of that are not read again.
TEST(PartitionLog, EpochsThatOnlyTheBatchesKnowAreWrittenBeforeTheirSegmentIsTrusted) {
  FakeDisk disk;
  const std::string epochs = std::string(kDirectory) + "/leader-epoch-checkpoint";
  {
    Node node(disk, segments_of(200));
    node.open();
    ASSERT_TRUE(node.log->append(batch(1), LeaderEpoch(1)).ok());
    node.shard.run();
    const std::string before = *disk.contents(epochs);
    ASSERT_TRUE(node.log->append(batch(1), LeaderEpoch(2)).ok());
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(node.log->append(batch(1), LeaderEpoch(3)).ok());
    node.shard.run();
    disk.put(epochs, before);
  }
  {
    Node node(disk, segments_of(200));
    node.open();
    EXPECT_EQ(node.log->end_of_epoch(LeaderEpoch(1)).end, Offset(1));
  }
  OpenHints hints;
  hints.recovery_point = Offset(4);
  Node again(disk, segments_of(200));
  again.open(hints);
  EXPECT_EQ(again.log->end_of_epoch(LeaderEpoch(1)).end, Offset(1));
  EXPECT_EQ(again.log->end_of_epoch(LeaderEpoch(2)).end, Offset(2));
}

}  // namespace
}  // namespace millrace::log::testing
