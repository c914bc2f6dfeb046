#include "log/journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "log/limits.h"
#include "log/testing/journaled.h"

namespace millrace::log::testing {
namespace {

constexpr std::string_view kFirstLog = "00000000000000000000.log";

std::string segment_path() { return std::string(kDirectory) + "/" + std::string(kFirstLog); }

TEST(JournalFormat, ARoundComesBackWholeOrNotAtAll) {
  const std::vector<JournalEntry> entries{{{kTopic, "orders-0"}, false, Offset(7), 70, 3},
                                          {{kTopic, "x-1"}, true, {}, 0, 0}};
  const std::vector<Buffer> data{Buffer::copy_of(as_bytes("ab")), Buffer::copy_of(as_bytes("c"))};
  const Buffer beginning = encode_round(5, 9, entries, data);
  std::string round(as_text(beginning.bytes()));
  round += "abc";
  const auto head = parse_round_head(as_bytes(round));
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->life, 5U);
  EXPECT_EQ(head->number, 9U);
  const auto back = parse_round(*head, as_bytes(round));
  ASSERT_TRUE(back.ok());
  ASSERT_EQ(back->size(), 2U);
  EXPECT_EQ((*back)[0].key.name, "orders-0");
  EXPECT_EQ((*back)[0].position, 70U);
  EXPECT_TRUE((*back)[1].forget);
  for (std::size_t i = 0; i < round.size(); ++i) {
    round[i] ^= 1;
    const auto damaged = parse_round_head(as_bytes(round));
    EXPECT_FALSE(damaged.ok() && parse_round(*damaged, as_bytes(round)).ok()) << i;
    round[i] ^= 1;
  }
}

// As for logs without a journal (crash_test.cc), with journal files so small that they are used again and again.
TEST(Journal, NothingDurableIsLostByAPowerCutAtAnyMoment) {
  std::size_t seen = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Prng random(seed);
    FakeDisk disk;
    Offset promised{0};
    for (int life = 0; life < 3; ++life) {
      LogOptions options;
      options.segment_bytes = ByteCount(300 + random.below(3000));
      Node node(disk, options);
      node.committer = Committer::create(node.shard.ports(), 500 + random.below(4000), true);
      node.open(journaled(disk));
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
      const auto steps = random.below(80);
      for (std::uint64_t step = 0; step < steps; ++step) {
        if (random.below(10) < 5) {
          static_cast<void>(node.append(1 + static_cast<int>(random.below(3)), std::string(random.below(400), 'x')));
        }
        node.shard.hold_syncs = random.one_in(3);
        node.shard.hold_jobs = random.one_in(3);
        node.shard.hold_writes = random.one_in(4);
        if (random.one_in(2)) node.shard.release();
        node.shard.turn();
        promised = std::max(promised, node.log->durable_end());
      }
      seen += journals(disk);
      disk.cut_power(Prng(seed * 7 + static_cast<std::uint64_t>(life)));
    }
  }
  EXPECT_GT(seen, 100U);
}

// Three batches of 70 bytes through the journal, then an end without a stop.
void live(FakeDisk& disk) {
  Node node(disk);
  node.open(journaled(disk));
  ASSERT_TRUE(node.append(1).ok());  // while the journal is being made
  node.shard.run();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  ASSERT_EQ(node.log->durable_end(), Offset(4));
  ASSERT_EQ(journals(disk), 2U);
}

TEST(Journal, BringsBackWhatTheSegmentLost) {
  FakeDisk disk;
  live(disk);
  disk.cut_power();
  Node again(disk);
  again.open(journaled(disk));
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->end(), Offset(4));
  EXPECT_EQ(journals(disk), 0U);
  disk.cut_power();  // what was brought back is on the disk
  Node third(disk);
  third.open(journaled(disk));
  EXPECT_EQ(third.log->end(), Offset(4));
}

// A sync of what the file has blocks for writes no inode.
TEST(Journal, GrowsAheadOfItsRounds) {
  FakeDisk disk;
  Node node(disk);
  node.open(journaled(disk));
  const auto longest = [&disk] {
    std::size_t size = 0;
    const auto entries = disk.list("data");
    for (const auto& entry : *entries) {
      if (!entry.name.starts_with(kJournalPrefix)) continue;
      size = std::max(size, disk.find("data/" + entry.name)->durable.size());
    }
    return size;
  };
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  const std::size_t size = longest();
  EXPECT_EQ(size, kJournalStep);
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  EXPECT_EQ(longest(), size);
  disk.cut_power();
  Node again(disk);
  again.open(journaled(disk));
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->end(), Offset(4));
}

// Else the sync that gives a journal file free would bring all of it to the disk at once.
TEST(Journal, WhatItAloneMadeDurableIsWrittenBackAsTheSegmentGrows) {
  FakeDisk disk;
  Node node(disk);
  node.open(journaled(disk));
  const std::string value(kWritebackBytes / 4, 'v');
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(node.append(1, value).ok());
    node.shard.run();
  }
  EXPECT_EQ(node.shard.bytes_written_back, 0U);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(node.append(1, value).ok());
    node.shard.run();
  }
  EXPECT_GE(node.shard.bytes_written_back, kWritebackBytes);
  EXPECT_LE(node.shard.bytes_written_back, disk.contents(segment_path())->size()) << "no byte twice";
}

TEST(Journal, GoesOnWhenThereIsSpaceAgain) {
  FakeDisk disk;
  Node node(disk);
  node.open(journaled(disk));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  disk.full = true;
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  ASSERT_EQ(node.log->durable_end(), Offset(2));
  disk.full = false;
  node.shard.advance(Millis(1000));
  ASSERT_EQ(node.log->durable_end(), Offset(3));
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  ASSERT_EQ(node.log->durable_end(), Offset(4));
  EXPECT_LT(disk.find(segment_path())->durable.size(), 280U) << "the journal has the last one alone";
  bool cut = false;
  node.log->truncate(Offset(3), kNoEpoch, [&](Status status) { cut = status.ok(); });
  node.shard.run();
  EXPECT_TRUE(cut);
  disk.cut_power();
  Node again(disk);
  again.open(journaled(disk));
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->end(), Offset(3));
}

TEST(Journal, MendsADamagedBatch) {
  FakeDisk disk;
  live(disk);
  std::string& bytes = *disk.contents(segment_path());
  const std::string before = bytes;
  bytes[2 * 70 + 65] ^= 1;
  static_cast<void>(journaled(disk));
  EXPECT_EQ(*disk.contents(segment_path()), before);
}

// A block of the disk that holds another one's bytes, with whole batches among them.
TEST(Journal, MendsABatchThatIsAnother) {
  FakeDisk disk;
  live(disk);
  std::string& bytes = *disk.contents(segment_path());
  const std::string before = bytes;
  Buffer other = batch(1, std::string(60, 'w'));
  record::MutableBatch(other.writable()).set_base_offset(Offset(1));
  bytes.replace(70, other.size(), as_text(other.bytes()));
  static_cast<void>(journaled(disk));
  EXPECT_EQ(*disk.contents(segment_path()), before);
}

// It removes such files when it opens a log; it then cut the log where a batch began, and did not end well.
TEST(Journal, SaysNothingOfALogThatKafkaHasOpenedSince) {
  FakeDisk disk;
  live(disk);
  const std::string directory(kDirectory);
  const auto entries = disk.list(directory);
  for (const auto& entry : *entries) {
    if (entry.name.ends_with(".deleted")) static_cast<void>(disk.remove(directory + "/" + entry.name));
  }
  disk.contents(segment_path())->resize(140);
  Node again(disk);
  again.open(journaled(disk));
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->end(), Offset(2));
  // And from then on it counts again.
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(again.append(1).ok());
    again.shard.run();
  }
  EXPECT_EQ(again.log->durable_end(), Offset(5));
  again.log.reset();
  disk.cut_power();
  Node third(disk);
  third.open(journaled(disk));
  EXPECT_EQ(third.log->end(), Offset(5));
}

// A power loss left the length of an index and not what was in it.
TEST(Journal, CountsBesideAnIndexThatEndsWithZeros) {
  FakeDisk disk;
  live(disk);
  disk.contents(segment_path())->resize(140);
  disk.put(std::string(kDirectory) + "/00000000000000000000.index", std::string(16, '\0'));
  static_cast<void>(journaled(disk));
  EXPECT_EQ(disk.contents(segment_path())->size(), 280U);
}

// The base offset is not covered by a batch's checksum: without it the rest still looks whole.
TEST(Journal, MendsABatchThatWasTornBeforeItsChecksum) {
  FakeDisk disk;
  live(disk);
  std::string& bytes = *disk.contents(segment_path());
  const std::string before = bytes;
  for (int i = 0; i < 8; ++i) bytes[3 * 70 + static_cast<std::size_t>(i)] = 0;
  static_cast<void>(journaled(disk));
  EXPECT_EQ(*disk.contents(segment_path()), before);
}

// A crash while it is filled anew would bring old rounds back, and not the later one that took them back.
TEST(Journal, AFileThatIsGivenFreeSaysNothingAnyMore) {
  FakeDisk disk;
  Node node(disk);
  node.committer = Committer::create(node.shard.ports(), 1000, true);
  node.open(journaled(disk));
  const auto begins_with_a_round = [&disk](std::string_view which) {
    const auto entries = disk.list("data");
    for (const auto& entry : *entries) {
      if (!entry.name.starts_with(kJournalPrefix) || !entry.name.ends_with(which)) continue;
      const Bytes bytes = as_bytes(disk.find("data/" + entry.name)->durable);
      return bytes.size() >= kRoundHeadBytes && parse_round_head(bytes.first(kRoundHeadBytes)).ok();
    }
    return false;
  };
  for (int i = 0; i < 50 && !begins_with_a_round("-b"); ++i) {
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  ASSERT_TRUE(begins_with_a_round("-b"));
  EXPECT_FALSE(begins_with_a_round("-a"));
}

TEST(Journal, IsNotUsedForADirectoryOfAnotherTopic) {
  FakeDisk disk;
  live(disk);
  const std::string metadata = std::string(kDirectory) + "/partition.metadata";
  disk.put(metadata, "version: 0\ntopic_id: AAAAAAAAAAEAAAAAAAAAAw");
  disk.contents(segment_path())->resize(70);
  static_cast<void>(gather_marks(disk, "data"));
  EXPECT_EQ(disk.contents(segment_path())->size(), 70U);
}

TEST(Journal, DoesNotBringBackWhatWasTruncated) {
  FakeDisk disk;
  {
    Node node(disk);
    node.open(journaled(disk));
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(node.append(1).ok());
      node.shard.run();
    }
    bool cut = false;
    node.log->truncate(Offset(2), LeaderEpoch(3), [&](Status status) { cut = status.ok(); });
    node.shard.run();
    ASSERT_TRUE(cut);
  }
  disk.cut_power();
  Node again(disk);
  again.open(journaled(disk));
  ASSERT_TRUE(again.log);
  EXPECT_EQ(again.log->end(), Offset(2));
}

// A truncation takes back what the journal has said, and what stays may be durable there alone.
TEST(Journal, WhatATruncationKeepsIsInTheSegmentBeforeTheJournalForgetsIt) {
  FakeDisk disk;
  Node node(disk);
  node.open(journaled(disk));
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(node.append(1).ok());
    node.shard.run();
  }
  ASSERT_EQ(node.log->durable_end(), Offset(4));
  node.shard.hold_jobs = true;  // the power goes before anything is cut
  node.log->truncate(Offset(3), kNoEpoch, [](Status) {});
  node.shard.run();
  disk.cut_power();
  Node again(disk);
  again.open(journaled(disk));
  ASSERT_TRUE(again.log);
  EXPECT_GE(again.log->end(), Offset(3));
}

}  // namespace
}  // namespace millrace::log::testing
