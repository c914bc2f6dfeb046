#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

// Names of segment files, those that wait for removal included: "0 3 6.deleted".
std::string segments(FakeDisk& disk) {
  std::string text;
  const auto entries = disk.list(std::string(kDirectory));
  for (const auto& entry : *entries) {
    const auto dot = entry.name.find(".log");
    if (dot == std::string::npos) continue;
    text += (text.empty() ? "" : " ") + std::to_string(std::stoll(entry.name)) +
            (entry.name.ends_with(".deleted") ? ".deleted" : "");
  }
  return text;
}

LogOptions small_segments() {
  LogOptions options = segments_of(400);
  options.retention = Millis(-1);
  return options;
}

// Batches of two records, each batch of some 90 bytes, four to a segment; all are on the disk.
void fill(Node& node, int batches) {
  for (int i = 0; i < batches; ++i) {
    ASSERT_TRUE(node.append(2).ok());
    node.shard.run();
  }
}

TEST(Retention, RecordsBelowTheStartAreNotGivenAndWholeSegmentsGo) {
  FakeDisk disk;
  Node node(disk, small_segments());
  node.open();
  fill(node, 12);
  const std::string before = segments(disk);
  ASSERT_TRUE(before.starts_with("0 ")) << before;
  ASSERT_TRUE(node.log->advance_start(Offset(15)).ok());
  EXPECT_EQ(node.log->start(), Offset(15));
  EXPECT_EQ(node.read(Offset(14), Offset(24)), "error: out_of_range");
  EXPECT_TRUE(node.offsets(Offset(15), Offset(24)).starts_with("14-15"));
  node.shard.run();
  EXPECT_NE(segments(disk), before);
  EXPECT_LE(node.log->first_segment(), Offset(15));
  EXPECT_NE(segments(disk).find("0.deleted"), std::string::npos);
  node.shard.advance(node.options.file_delete_delay);
  EXPECT_EQ(segments(disk).find("deleted"), std::string::npos);
  EXPECT_EQ(node.log->end(), Offset(24));
}

TEST(Retention, TheStartNeverPassesWhatIsDurableNorGoesBack) {
  FakeDisk disk;
  Node node(disk, small_segments());
  node.open();
  fill(node, 3);
  node.shard.hold_syncs = true;
  ASSERT_TRUE(node.append(2).ok());
  node.shard.run();
  EXPECT_EQ(node.log->advance_start(Offset(8)).error(), Error::out_of_range);
  ASSERT_TRUE(node.log->advance_start(Offset(6)).ok());
  ASSERT_TRUE(node.log->advance_start(Offset(2)).ok());
  EXPECT_EQ(node.log->start(), Offset(6));
}

TEST(Retention, EverythingDeletedKeepsTheEndOverALossOfPower) {
  FakeDisk disk;
  Node node(disk, small_segments());
  node.options.retention_bytes = 0;
  node.options.file_delete_delay = Millis(0);
  node.open();
  node.log->set_options(node.options);
  fill(node, 9);
  node.log->retain(node.log->durable_end());
  EXPECT_EQ(node.log->start(), Offset(18));
  node.shard.run();
  node.shard.advance(Millis(1));
  EXPECT_EQ(segments(disk), "18");
  disk.cut_power();
  Node again(disk, small_segments());
  again.open();
  EXPECT_EQ(again.log->start(), Offset(18));
  EXPECT_EQ(again.append(1)->base_offset, Offset(18));
}

TEST(Retention, NothingIsRemovedBeforeItsSuccessorIsThereForGood) {
  FakeDisk disk;
  Node node(disk, small_segments());
  node.options.retention_bytes = 0;
  node.open();
  fill(node, 2);
  node.shard.hold_jobs = true;
  node.log->retain(node.log->durable_end());
  node.shard.run();
  EXPECT_EQ(node.log->start(), Offset(4));
  disk.cut_power();
  Node again(disk, small_segments());
  again.open();
  EXPECT_EQ(again.log->end(), Offset(4));
}

TEST(Retention, BySizeAsManySegmentsStayAsTheLimitNeeds) {
  FakeDisk disk;
  Node node(disk, small_segments());
  node.open();
  fill(node, 16);
  const auto size = node.log->size().value();
  node.options.retention_bytes = static_cast<std::int64_t>(size) - 1;
  node.log->set_options(node.options);
  node.log->retain(node.log->durable_end());
  EXPECT_EQ(node.log->start(), Offset(0));
  node.options.retention_bytes = static_cast<std::int64_t>(size / 2);
  node.log->set_options(node.options);
  node.log->retain(Offset(3));
  EXPECT_EQ(node.log->start(), Offset(0)) << "only below the high watermark";
  node.log->retain(node.log->durable_end());
  node.shard.run();
  EXPECT_GT(node.log->start(), Offset(0));
  EXPECT_GE(node.log->size().value(), size / 2);
}

TEST(Retention, ByTimeTheNewestTimestampOfASegmentDecides) {
  FakeDisk disk;
  Node node(disk, small_segments());
  node.options.retention = Millis(10'000);
  node.open();
  const WallTime now = node.shard.ports().clock.wall();
  const auto append_at = [&](WallTime time) {
    ASSERT_TRUE(node.log->append(batch(2, std::string(120, 'v'), time), LeaderEpoch(0)).ok());
    node.shard.run();
  };
  append_at(now - 20'000);  // each has a segment of its own
  append_at(now - 11'000);
  append_at(now + 600'000);
  append_at(now - 30'000);
  append_at(now);
  node.log->retain(node.log->durable_end());
  EXPECT_EQ(node.log->start(), Offset(4)) << "a timestamp in the future keeps its segment and all behind it";
  node.options.remove_old = false;
  node.log->set_options(node.options);
  node.shard.advance(Millis(700'000));
  node.log->retain(node.log->durable_end());
  EXPECT_EQ(node.log->start(), Offset(4)) << "compaction only";
  node.options.remove_old = true;
  node.log->set_options(node.options);
  node.log->retain(node.log->durable_end());
  EXPECT_EQ(node.log->start(), Offset(10)) << "the active segment, too";
  EXPECT_EQ(node.append(1)->base_offset, Offset(10));
}

TEST(Retention, WithoutTimestampsTheAgeOfTheFileDecides) {
  FakeDisk disk;
  Node node(disk, small_segments());
  node.options.retention = Millis(10'000);
  node.open();
  ASSERT_TRUE(node.log->append(batch(1, "v", kNoTime), LeaderEpoch(0)).ok());
  node.shard.run();
  node.log->retain(node.log->durable_end());
  node.shard.run();
  EXPECT_EQ(node.log->start(), Offset(0));
  node.shard.advance(Millis(10'001));
  node.log->retain(node.log->durable_end());
  node.shard.run();
  EXPECT_EQ(node.log->start(), Offset(1));
}

TEST(Retention, TheFirstEpochBeginsAtTheStart) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  for (int epoch = 1; epoch <= 3; ++epoch) {
    ASSERT_TRUE(node.log->append(batch(3), LeaderEpoch(epoch)).ok());
    node.shard.run();
  }
  ASSERT_TRUE(node.log->advance_start(Offset(4)).ok());
  node.shard.run();
  EXPECT_EQ(node.log->end_of_epoch(LeaderEpoch(1)).epoch, kNoEpoch);
  EXPECT_EQ(node.log->end_of_epoch(LeaderEpoch(2)).end, Offset(6));
  EXPECT_EQ(*disk.contents(node.path("leader-epoch-checkpoint")), "0\n2\n2 4\n3 6\n");
}

// The remover cuts large files bit by bit, but none that a plan refers to.
TEST(Retention, APlanMadeBeforeASegmentGoesCanBeReadAfterwards) {
  FakeDisk disk;
  LogOptions options = segments_of(10 << 20);
  options.retention = Millis(-1);
  Node node(disk, options);
  node.open();
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(node.append(1, std::string(1 << 20, 'v')).ok());
    node.shard.run();
  }
  ASSERT_EQ(segments(disk), "0 9");
  const auto plan = node.log->read(Offset(0), Offset(9), 64 << 20, true);
  ASSERT_TRUE(plan.ok() && plan->pieces.front().file);
  ASSERT_TRUE(node.log->advance_start(Offset(9)).ok());
  node.shard.run();
  node.shard.advance(node.options.file_delete_delay);
  ASSERT_EQ(segments(disk), "9");
  const auto& piece = plan->pieces.front();
  std::string bytes(piece.length, '\0');
  const auto got = piece.file->read_cached(piece.position, std::as_writable_bytes(std::span(bytes)));
  EXPECT_TRUE(got.ok() && *got == piece.length);
}

}  // namespace
}  // namespace millrace::log::testing
