#include "log/mark_file.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

constexpr std::string_view kFirstLog = "00000000000000000000.log";
const MarkKey kKey{kTopic, PartitionIndex(0)};

// A mark file on a disk of its own, and the answer to the last put().
struct Marks {
  Marks() { EXPECT_TRUE(disk.create_directory("data").ok() && disk.sync_directory(".").ok()); }
  void put(std::uint64_t position) {
    DurableMark mark;
    mark.position = position;
    answer.reset();
    file.put(slot, encode_mark(kKey, mark), [this](Status status) { answer = status; });
    shard.run();
  }
  std::optional<DurableMark> found() {
    const auto marks = gather_marks(disk, "data");
    return marks && marks->contains(kKey) ? std::optional(marks->at(kKey)) : std::nullopt;
  }
  FakeDisk disk;
  FakeShard shard{disk};
  MarkFile file{shard.ports(), "data"};
  std::size_t slot = file.take();
  std::optional<Status> answer;
};

TEST(MarkFile, NothingIsOnTheDiskBeforeTheNameOfItsFileIs) {
  Marks marks;
  marks.shard.hold_jobs = true;
  marks.put(70);
  EXPECT_FALSE(marks.answer);
  marks.shard.hold_jobs = false;
  marks.shard.release();
  marks.shard.run();
  ASSERT_TRUE(marks.answer && marks.answer->ok());
  marks.disk.cut_power();
  ASSERT_TRUE(marks.found());
  EXPECT_EQ(marks.found()->position, 70U);
}

TEST(MarkFile, AFullDiskIsAnAnswerAndWhatWasPutIsWrittenOnceThereIsSpace) {
  Marks marks;
  marks.disk.full = true;
  marks.put(70);
  ASSERT_TRUE(marks.answer);
  EXPECT_EQ(marks.answer->error(), Error::no_space);
  marks.disk.full = false;
  marks.file.write();
  marks.shard.run();
  ASSERT_TRUE(marks.found());
  EXPECT_EQ(marks.found()->position, 70U);
}

TEST(MarkFile, AFailedWriteIsAnAnswerForGood) {
  Marks marks;
  marks.disk.failing_writes = 1;
  marks.put(70);
  ASSERT_TRUE(marks.answer);
  EXPECT_EQ(marks.answer->error(), Error::io);
  marks.put(71);
  ASSERT_TRUE(marks.answer);
  EXPECT_EQ(marks.answer->error(), Error::io);
}

TEST(MarkFile, AFailedSyncIsAnAnswer) {
  Marks marks;
  marks.disk.failing_syncs = 1;
  marks.put(70);
  ASSERT_TRUE(marks.answer);
  EXPECT_EQ(marks.answer->error(), Error::io);
}

OpenHints keeping(FakeDisk& disk) {
  OpenHints hints;
  hints.recovery_point = Offset(0);
  hints.keep_mark = true;
  const auto marks = gather_marks(disk, "data");
  EXPECT_TRUE(marks.ok());
  if (const auto mark = marks->find(kKey); mark != marks->end()) hints.mark = mark->second;
  return hints;
}

// Three batches of 70 bytes, and their mark.
void live(Node& node) {
  node.open(keeping(node.disk));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
}

std::optional<Status> truncate(Node& node, Offset offset) {
  std::optional<Status> done;
  node.log->truncate(offset, kNoEpoch, [&](Status status) { done = status; });
  node.shard.run();
  if (done && done->ok()) node.listener.durable = node.log->durable_end();
  return done;
}

std::string own_mark_file(FakeDisk& disk) {
  const auto entries = disk.list("data");
  for (const auto& entry : *entries) {
    if (entry.name.starts_with(kMarksPrefix) && !entry.name.ends_with("gathered")) return "data/" + entry.name;
  }
  return {};
}

TEST(DurableMark, OfAnEarlierLifeStaysOutOfForceWhenTheSlotIsTornAfterATruncation) {
  FakeDisk disk;
  {
    Node node(disk);
    live(node);
  }
  {
    Node node(disk);
    node.open(keeping(disk));
    ASSERT_TRUE(truncate(node, Offset(1))->ok());
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  std::string& bytes = *disk.contents(own_mark_file(disk));
  ASSERT_GE(bytes.size(), 2 * kMarkBytes);
  bytes[40] ^= 1;
  Node again(disk);
  again.open(keeping(disk));
  ASSERT_TRUE(again.log && again.log->writable());
  EXPECT_EQ(again.log->end(), Offset(2));
}

TEST(DurableMark, ThatAFullDiskCannotTakeBackRefusesTheTruncationAndNothingElse) {
  FakeDisk disk;
  Node node(disk);
  live(node);
  disk.full = true;
  ASSERT_TRUE(truncate(node, Offset(1)).has_value());
  EXPECT_EQ(truncate(node, Offset(1))->error(), Error::no_space);
  EXPECT_EQ(node.log->end(), Offset(3));
  EXPECT_EQ(node.offsets(Offset(0), Offset(3)), "0-0 1-1 2-2");
  EXPECT_TRUE(node.log->writable());
  disk.full = false;
  EXPECT_TRUE(truncate(node, Offset(1))->ok());
  EXPECT_EQ(node.log->end(), Offset(1));
  EXPECT_TRUE(node.close().ok());
}

TEST(DurableMark, ThatCannotBeTakenBackClosesTheLogForWritingInPlaceOfATruncation) {
  FakeDisk disk;
  Node node(disk);
  live(node);
  disk.failing_writes = 1;
  EXPECT_EQ(truncate(node, Offset(1))->error(), Error::io);
  EXPECT_FALSE(node.log->writable());
  EXPECT_EQ(node.listener.broken, 1);
  EXPECT_EQ(node.offsets(Offset(0), Offset(3)), "0-0 1-1 2-2");
}

TEST(DurableMark, OfALogThatWasRemovedSaysNothingOfTheOneThatComesBack) {
  FakeDisk disk;
  {
    Node node(disk);
    live(node);
  }
  {
    Node node(disk);
    node.open(keeping(disk));
    node.log->remove(Millis(0), [](Status) {});
    node.shard.run();
  }
  Node again(disk);
  again.open(keeping(disk));
  ASSERT_TRUE(again.append(1).ok());
  again.shard.run();
  again.log.reset();
  Node third(disk);
  third.open(keeping(disk));
  ASSERT_TRUE(third.log && third.log->writable());
  EXPECT_EQ(third.log->end(), Offset(1));
}

}  // namespace
}  // namespace millrace::log::testing
