#include <gtest/gtest.h>

#include <string>

#include "log/mark_file.h"
#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

constexpr std::string_view kFirstLog = "00000000000000000000.log";

OpenHints keeping(const std::map<MarkKey, DurableMark>& marks = {}) {
  OpenHints hints;
  hints.recovery_point = Offset(0);
  hints.keep_mark = true;
  if (const auto mark = marks.find({kTopic, PartitionIndex(0)}); mark != marks.end()) hints.mark = mark->second;
  return hints;
}

std::map<MarkKey, DurableMark> marks_of(FakeDisk& disk) {
  auto marks = gather_marks(disk, "data");
  EXPECT_TRUE(marks.ok());
  return std::move(*marks);
}

TEST(DurableMark, SurvivesItsEncodingAndNoBitMayDiffer) {
  DurableMark mark;
  mark.life = 3;
  mark.base = Offset(70);
  mark.position = 4096;
  mark.end = Offset(99);
  mark.trusted = Offset(70);
  mark.files = {Offset(90), 2048, 7, 1, 8, 2, 9, 3, 55, WallTime(123), Offset(88)};
  MarkBytes bytes = encode_mark({kTopic, PartitionIndex(4)}, mark);
  const auto back = parse_mark(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->first, (MarkKey{kTopic, PartitionIndex(4)}));
  EXPECT_EQ(back->second, mark);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= std::byte{16};
    EXPECT_FALSE(parse_mark(bytes).ok()) << i;
    bytes[i] ^= std::byte{16};
  }
}

// A log of three batches of 70 bytes, all of them durable, with its mark; then an end without a stop.
void live(FakeDisk& disk, int batches = 3) {
  Node node(disk);
  node.open(keeping());
  for (int i = 0; i < batches; ++i) {
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  ASSERT_EQ(node.log->durable_end(), Offset(batches));
}

TEST(DurableMark, SaysHowFarTheLogIsOnTheDisk) {
  FakeDisk disk;
  live(disk);
  const auto marks = marks_of(disk);
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks.begin()->second.end, Offset(3));
  EXPECT_EQ(marks.begin()->second.position, 210U);
}

TEST(DurableMark, DamageBelowItIsLeftAndClosesTheLogForWriting) {
  FakeDisk disk;
  live(disk);
  std::string& bytes = *disk.contents(std::string(kDirectory) + "/" + std::string(kFirstLog));
  bytes[70 + 65] ^= 1;
  const std::string before = bytes;
  Node again(disk);
  again.open(keeping(marks_of(disk)));
  ASSERT_TRUE(again.log);
  EXPECT_FALSE(again.log->writable());
  EXPECT_EQ(again.offsets(Offset(0), Offset(3)), "0-0");
  EXPECT_EQ(again.append(1).error(), Error::io);
  EXPECT_EQ(*disk.contents(again.path(kFirstLog)), before);
  ASSERT_FALSE(again.shard.lines.empty());
  EXPECT_NE(again.shard.lines[0].find("at position 70, offset 1"), std::string::npos);
}

TEST(DurableMark, AFileThatIsShorterThanItIsDamaged) {
  FakeDisk disk;
  live(disk);
  disk.contents(std::string(kDirectory) + "/" + std::string(kFirstLog))->resize(140);
  Node again(disk);
  again.open(keeping(marks_of(disk)));
  ASSERT_TRUE(again.log);
  EXPECT_FALSE(again.log->writable());
  EXPECT_EQ(again.log->end(), Offset(2));
}

TEST(DurableMark, DamageAboveItIsAnUnsyncedTail) {
  FakeDisk disk;
  live(disk);
  *disk.contents(std::string(kDirectory) + "/" + std::string(kFirstLog)) += "noise";
  Node again(disk);
  again.open(keeping(marks_of(disk)));
  ASSERT_TRUE(again.log && again.log->writable());
  EXPECT_EQ(again.log->end(), Offset(3));
  EXPECT_EQ(*disk.contents(again.path("00000000000000000000.1.cut")), "noise");
}

// The checksum does not cover the offset: a torn sector leaves an older one in front of a batch that looks whole.
TEST(DurableMark, AGapAboveItIsATornOffsetAndCut) {
  FakeDisk disk;
  live(disk);
  const Buffer bytes = batch(1);
  std::string torn(as_text(bytes.bytes()));
  torn[7] = 9;
  *disk.contents(std::string(kDirectory) + "/" + std::string(kFirstLog)) += torn;
  Node again(disk);
  again.open(keeping(marks_of(disk)));
  ASSERT_TRUE(again.log && again.log->writable());
  EXPECT_EQ(again.log->end(), Offset(3));
}

TEST(DurableMark, IsNotBelievedWhereKafkaWrote) {
  FakeDisk disk;
  live(disk);
  // Kafka cut the log, and left an index that it had allocated in advance.
  disk.contents(std::string(kDirectory) + "/" + std::string(kFirstLog))->resize(140);
  disk.put(std::string(kDirectory) + "/00000000000000000000.index", std::string(1024, '\0'));
  Node again(disk);
  again.open(keeping(marks_of(disk)));
  ASSERT_TRUE(again.log && again.log->writable());
  EXPECT_EQ(again.log->end(), Offset(2));
  // Nor when the index is not Kafka's any more, and nothing has been said anew.
  again.log.reset();
  disk.put(std::string(kDirectory) + "/00000000000000000000.index", "");
  disk.cut_power();
  Node third(disk);
  third.open(keeping(marks_of(disk)));
  ASSERT_TRUE(third.log);
  EXPECT_TRUE(third.log->writable());
}

TEST(DurableMark, DamageBelowTheLogStartIsPassedOver) {
  FakeDisk disk;
  live(disk);
  (*disk.contents(std::string(kDirectory) + "/" + std::string(kFirstLog)))[65] ^= 1;
  OpenHints hints = keeping(marks_of(disk));
  hints.log_start = Offset(1);
  Node again(disk);
  again.open(hints);
  ASSERT_TRUE(again.log && again.log->writable());
  EXPECT_EQ(again.log->start(), Offset(1));
  EXPECT_EQ(again.offsets(Offset(1), Offset(3)), "1-1 2-2");
}

TEST(DurableMark, ADamagedLogDoesNotBeginBehindItsEnd) {
  FakeDisk disk;
  live(disk);
  // Without its magic the first batch cannot be passed over.
  (*disk.contents(std::string(kDirectory) + "/" + std::string(kFirstLog)))[16] = 9;
  OpenHints hints = keeping(marks_of(disk));
  hints.log_start = Offset(2);
  Node again(disk);
  again.open(hints);
  ASSERT_TRUE(again.log);
  EXPECT_FALSE(again.log->writable());
  EXPECT_LE(again.log->start(), again.log->end());
  EXPECT_EQ(again.offsets(again.log->start(), again.log->end()), "");
}

TEST(DurableMark, GoesBackBeforeATruncation) {
  FakeDisk disk;
  {
    Node node(disk);
    node.open(keeping());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
    node.log->truncate(Offset(1), kNoEpoch, [](Status) {});
    node.shard.run();
    ASSERT_EQ(node.log->end(), Offset(1));
  }
  Node again(disk);
  again.open(keeping(marks_of(disk)));
  ASSERT_TRUE(again.log && again.log->writable());
  EXPECT_EQ(again.log->end(), Offset(1));
}

// What the mark vouches for is not scanned: the files beside the segment say what is in it.
TEST(DurableMark, LetsAStartGoOnWhereTheIndexWasWrittenDown) {
  FakeDisk disk;
  LogOptions options;
  options.index_interval_bytes = ByteCount(0);
  options.producer_expiry = Millis(INT64_MAX);
  {
    Node node(disk, options);
    node.open(keeping());
    ASSERT_TRUE(node.log->append(producer_batch(5, 0, 2), LeaderEpoch(0)).ok());
    for (int i = 0; i < 1500; ++i) ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  const auto marks = marks_of(disk);
  ASSERT_EQ(marks.size(), 1U);
  ASSERT_GT(marks.begin()->second.files.offsets, 1000U);
  // No scan comes here.
  (*disk.contents(std::string(kDirectory) + "/" + std::string(kFirstLog)))[1000] ^= 1;
  Node again(disk, options);
  again.open(keeping(marks));
  ASSERT_TRUE(again.log && again.log->writable());
  EXPECT_EQ(again.log->end(), Offset(1503));
  EXPECT_EQ(again.log->first_unstable_offset(Offset(1503)), Offset(0));
  EXPECT_EQ(again.offsets(Offset(1400), Offset(1401)), "1400-1400");
  // With an index that differs everything is scanned, and the damage found.
  again.log.reset();
  (*disk.contents(again.path("00000000000000000000.index")))[100] ^= 1;
  Node third(disk, options);
  third.open(keeping(marks_of(disk)));
  ASSERT_TRUE(third.log);
  EXPECT_FALSE(third.log->writable());
}

}  // namespace
}  // namespace millrace::log::testing
