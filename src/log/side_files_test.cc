#include "log/side_files.h"

#include <gtest/gtest.h>

#include <string>

#include "log/mark_file.h"
#include "log/names.h"
#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

constexpr std::string_view kFirst = "00000000000000000000";

LogOptions small(std::uint64_t segment, std::uint64_t interval) {
  LogOptions options = segments_of(segment);
  options.index_interval_bytes = ByteCount(interval);
  options.producer_expiry = Millis(INT64_MAX);
  return options;
}

OpenHints clean() {
  OpenHints hints;
  hints.clean_stop = true;
  return hints;
}

// Appends one record at a time, each later than the one before.
void fill(Node& node, int records) {
  for (int i = 0; i < records; ++i) {
    ASSERT_TRUE(node.log->append(batch(1, "v", WallTime(1000 + node.log->end().value())), LeaderEpoch(0)).ok());
    node.shard.run();
  }
}

std::string file(Node& node, Offset base, std::string_view suffix) {
  const std::string* found = node.disk.contents(node.path(offset_name(base) + std::string(suffix)));
  return found != nullptr ? *found : "missing";
}

std::int64_t big_endian(const std::string& bytes, std::size_t at, std::size_t size) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

TEST(SideFiles, HaveTheEntriesThatKafkaMakes) {
  FakeDisk disk;
  Node node(disk, small(1 << 20, 150));
  node.open();
  fill(node, 10);  // of 70 bytes each: after more than 150 bytes, that is after three batches, comes an entry
  ASSERT_TRUE(node.close().ok());
  const std::string index = file(node, Offset(0), kIndexSuffix);
  ASSERT_EQ(index.size(), 3 * 8U);
  const std::string times = file(node, Offset(0), kTimeIndexSuffix);
  for (int i = 0; i < 3; ++i) {
    const std::size_t at = static_cast<std::size_t>(i);
    EXPECT_EQ(big_endian(index, at * 8, 4), 3 * (i + 1));
    EXPECT_EQ(big_endian(index, at * 8 + 4, 4), 70 * 3 * (i + 1));
    EXPECT_EQ(big_endian(times, at * 12, 8), 1000 + 3 * (i + 1));
  }
  EXPECT_EQ(times.size(), 3 * 12U) << "the last batch has an entry already";
  EXPECT_EQ(file(node, Offset(0), kAbortedSuffix), "missing");
  EXPECT_EQ(file(node, Offset(10), kSnapshotSuffix), std::string("\0\1\x48\x67\x4b\xc7\0\0\0\0", 10));
}

TEST(SideFiles, AreThereForEverySegmentThatWasClosed) {
  FakeDisk disk;
  Node node(disk, small(300, 100));
  node.open();
  fill(node, 9);
  EXPECT_EQ(big_endian(file(node, Offset(0), kTimeIndexSuffix), 12, 8), 1003);
  EXPECT_EQ(file(node, Offset(4), kSnapshotSuffix).size(), 10U);
  EXPECT_EQ(node.log->recovery_point(), Offset(9));
}

TEST(SideFiles, ACleanStopLetsTheNextStartReadNoRecords) {
  FakeDisk disk;
  {
    Node node(disk, small(300, 100));
    node.open();
    fill(node, 9);
    ASSERT_TRUE(node.close().ok());
  }
  // Damage that any scan would find.
  (*disk.contents(std::string(kDirectory) + "/" + std::string(kFirst) + ".log"))[66] ^= 1;
  Node again(disk, small(300, 100));
  again.open(clean());
  ASSERT_TRUE(again.log && again.log->writable());
  EXPECT_EQ(again.log->end(), Offset(9));
  EXPECT_TRUE(again.shard.lines.empty());
  EXPECT_EQ(again.offsets(Offset(5), Offset(7)), "5-5 6-6");
  fill(again, 3);
  EXPECT_EQ(again.log->end(), Offset(12));
}

TEST(SideFiles, AnIndexPaddedWithZerosUnderACleanMarkerIsMadeAgain) {
  FakeDisk disk;
  {
    Node node(disk, small(300, 100));
    node.open();
    fill(node, 9);
    ASSERT_TRUE(node.close().ok());
  }
  for (const Offset base : {Offset(0), Offset(8)}) {
    for (const std::string_view suffix : {kIndexSuffix, kTimeIndexSuffix}) {
      disk.contents(std::string(kDirectory) + "/" + offset_name(base) + std::string(suffix))->resize(1200);
    }
  }
  Node again(disk, small(300, 100));
  again.open(clean());
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->end(), Offset(9));
  EXPECT_EQ(again.offsets(Offset(2), Offset(3)), "2-2");
  std::int64_t newest = 0;
  again.log->find_max_timestamp(Offset(9), [&](Result<TimestampOffset> found) { newest = found->offset.value(); });
  again.shard.run();
  EXPECT_EQ(newest, 8);
  ASSERT_TRUE(again.close().ok());
  EXPECT_EQ(file(again, Offset(0), kTimeIndexSuffix).size() % 12, 0U);
  EXPECT_LT(file(again, Offset(0), kTimeIndexSuffix).size(), 100U);
}

TEST(SideFiles, ACleanMarkerWithoutASnapshotForgetsNoTransaction) {
  FakeDisk disk;
  {
    Node node(disk, small(1 << 20, 100));
    node.open();
    fill(node, 2);
    ASSERT_TRUE(node.log->append(producer_batch(5, 0, 2), LeaderEpoch(0)).ok());
    ASSERT_TRUE(node.close().ok());
    ASSERT_TRUE(disk.remove(node.path(offset_name(Offset(4)) + std::string(kSnapshotSuffix))).ok());
  }
  Node again(disk, small(1 << 20, 100));
  again.open(clean());
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->first_unstable_offset(Offset(4)), Offset(2));
}

TEST(SideFiles, TransactionsAreTheSameAfterEveryKindOfStop) {
  for (const bool stopped_well : {true, false}) {
    FakeDisk disk;
    std::vector<AbortedTransaction> before;
    {
      Node node(disk, small(250, 100));
      node.open();
      for (const std::int64_t id : {5, 6, 7}) {
        ASSERT_TRUE(node.log->append(producer_batch(id, 0, 1), LeaderEpoch(0)).ok());
        node.shard.run();
      }
      for (const std::int64_t id : {6, 5}) {
        ASSERT_TRUE(node.log->append(marker(id, false), LeaderEpoch(0)).ok());
        node.shard.run();
      }
      before = node.log->aborted_transactions(Offset(0), Offset(9));
      ASSERT_EQ(before.size(), 2U);
      EXPECT_EQ(before[0], (AbortedTransaction{ProducerId(6), Offset(1), Offset(3), Offset(0)}));
      EXPECT_EQ(before[1], (AbortedTransaction{ProducerId(5), Offset(0), Offset(4), Offset(2)}));
      EXPECT_EQ(node.log->first_unstable_offset(Offset(5)), Offset(2));
      EXPECT_EQ(node.log->aborted_transactions(Offset(4), Offset(5)).size(), 1U);
      if (stopped_well) {
        ASSERT_TRUE(node.close().ok());
      }
    }
    Node again(disk, small(250, 100));
    again.open(stopped_well ? clean() : OpenHints());
    ASSERT_TRUE(again.log);
    EXPECT_EQ(again.log->aborted_transactions(Offset(0), Offset(9)), before);
    EXPECT_EQ(again.log->first_unstable_offset(Offset(5)), Offset(2));
  }
}

TEST(SideFiles, AnEndedTransactionIsUnstableUntilItsMarkerIsCommitted) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  ASSERT_TRUE(node.log->append(producer_batch(5, 0, 3), LeaderEpoch(0)).ok());
  ASSERT_TRUE(node.log->append(marker(5, true), LeaderEpoch(0)).ok());
  EXPECT_EQ(node.log->first_unstable_offset(Offset(3)), Offset(0));
  EXPECT_EQ(node.log->first_unstable_offset(Offset(4)), kNoOffset);
  EXPECT_TRUE(node.log->aborted_transactions(Offset(0), Offset(9)).empty());
}

TEST(SideFiles, AWrongIndexIsNoticedAndNotUsed) {
  FakeDisk disk;
  {
    Node node(disk, small(1 << 20, 150));
    node.open();
    fill(node, 20);
    ASSERT_TRUE(node.close().ok());
  }
  Node again(disk, small(1 << 20, 150));
  std::string& index = *disk.contents(again.path(std::string(kFirst) + ".index"));
  index[7] = 9;  // the first entry's position
  again.open(clean());
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.offsets(Offset(4), Offset(6)), "4-4 5-5");
}

TEST(SideFiles, ASegmentThatGetsItsRoomInAdvanceIsCutWhenItIsClosed) {
  FakeDisk disk;
  LogOptions options = segments_of(300);
  options.preallocate = true;
  Node node(disk, options);
  node.open();
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  const std::string first = node.path(segment_name(Offset(0)));
  const std::string second = node.path(segment_name(Offset(4)));
  EXPECT_EQ(disk.contents(first)->size(), 280U);
  EXPECT_EQ(disk.contents(second)->size(), 300U);
  EXPECT_TRUE(node.close().ok());
  EXPECT_EQ(disk.contents(second)->size(), 140U);
}

TEST(SideFiles, RoomThatWasNotCutBeforeACrashIsNoDamage) {
  FakeDisk disk;
  {
    Node node(disk, segments_of(300));
    node.open();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(node.append(1).ok());
    EXPECT_TRUE(node.close().ok());
  }
  for (const Offset base : {Offset(0), Offset(4), Offset(8)}) {
    disk.contents("data/orders-0/" + segment_name(base))->resize(300, '\0');
  }
  Node again(disk, segments_of(300));
  again.open();
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->damage(), nullptr);
  EXPECT_EQ(again.log->end(), Offset(10));
  EXPECT_EQ(again.offsets(Offset(0), Offset(10)), "0-0 1-1 2-2 3-3 4-4 5-5 6-6 7-7 8-8 9-9");
  EXPECT_EQ(disk.contents(again.path(segment_name(Offset(0))))->size(), 280U);
}

}  // namespace
}  // namespace millrace::log::testing
