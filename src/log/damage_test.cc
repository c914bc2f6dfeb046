// Each kind of damage that a crash, a program or a disk leaves in a partition's directory, and what becomes of the log.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "log/names.h"
#include "log/recovery.h"
#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

constexpr Offset kEnd{14};
using Harm = std::function<void(std::string& bytes)>;

LogOptions small_segments() {
  LogOptions options = segments_of(400);
  options.index_interval_bytes = ByteCount(100);
  options.producer_expiry = Millis(1'000'000'000'000'000);
  return options;
}

// A log of three segments or more with an aborted transaction and an idempotent producer, closed well.
class Damaged : public ::testing::Test {
 protected:
  void SetUp() override { fill(); }

  void fill() {
    disk_ = std::make_unique<FakeDisk>();
    Node node(*disk_, small_segments());
    node.open();
    const auto add = [&](Buffer bytes) { ASSERT_TRUE(node.log->append(std::move(bytes), LeaderEpoch(3)).ok()); };
    add(producer_batch(6, 0, 1));
    add(producer_batch(6, 1, 1));
    for (int i = 0; i < 5; ++i) add(producer_batch(5, i, 1, false));
    add(marker(6, false));
    for (int i = 5; i < 11; ++i) add(producer_batch(5, i, 1, false));
    node.shard.run();
    ASSERT_EQ(node.log->end(), kEnd);
    whole_ = summary(node);
    ASSERT_TRUE(node.close().ok());
    bases_.clear();
    for (const auto& entry : entries()) {
      if (const auto base = parse_segment_name(entry.name)) bases_.push_back(*base);
    }
    ASSERT_GE(bases_.size(), 3U);
    ASSERT_LE(bases_.back(), kEnd - 3);
  }

  static std::string path(const std::string& name) { return std::string(kDirectory) + "/" + name; }
  std::vector<ports::DirectoryEntry> entries() { return disk_->list(std::string(kDirectory)).value(); }
  std::string active() const { return segment_name(bases_.back()); }
  static std::string beside(Offset base, std::string_view suffix) {
    return path(offset_name(base) + std::string(suffix));
  }
  std::string& bytes(const std::string& at) { return *disk_->contents(at); }
  void remove(const std::string& at) { ASSERT_TRUE(disk_->remove(at).ok()) << at; }
  std::vector<std::string> with_suffix(std::string_view suffix) {
    std::vector<std::string> names;
    for (const auto& entry : entries()) {
      if (entry.name.ends_with(suffix)) names.push_back(entry.name);
    }
    return names;
  }

  // All that a reader and a producer can ask of the log.
  static std::string summary(Node& node) {
    std::string text = node.offsets(Offset(0), node.log->end());
    for (const auto& one : node.log->aborted_transactions(Offset(0), node.log->end())) {
      text += " aborted " + std::to_string(one.first.value()) + "-" + std::to_string(one.last.value());
    }
    text += " epoch 3 ends at " + std::to_string(node.log->end_of_epoch(LeaderEpoch(3)).end.value());
    const auto verdict = node.log->producers().check(ProducerId(5), ProducerEpoch(0), 10, 10).verdict;
    text += verdict == record::SequenceVerdict::duplicate ? " knows its producer" : " has lost its producer";
    node.log->find_max_timestamp(node.log->end(), [&text](Result<TimestampOffset> found) {
      text += found ? " greatest time at " + std::to_string(found->offset.value()) : " no times";
    });
    node.shard.run();
    return text;
  }

  // Opens after a crash; everything must be there, and the log takes more.
  void expect_whole(const OpenHints& hints = {}) {
    Node node(*disk_, small_segments());
    node.open(hints);
    ASSERT_TRUE(node.log);
    EXPECT_EQ(summary(node), whole_);
    EXPECT_EQ(node.log->damage(), nullptr);
    EXPECT_EQ(node.append(1)->base_offset, kEnd);
    EXPECT_TRUE(node.close().ok());
  }

  // The same damage to bytes that nobody has vouched for, and to bytes that were durable.
  void harmed(const Harm& harm, Offset end, std::string_view why) {
    cut_if_unsynced(harm, end, why);
    fill();
    closed_if_durable(harm, end, why);
  }

  void cut_if_unsynced(const Harm& harm, Offset end, std::string_view why) {
    harm(bytes(path(active())));
    const std::string before = bytes(path(active()));
    Node node(*disk_, small_segments());
    node.open();
    ASSERT_TRUE(node.log);
    EXPECT_EQ(node.log->end(), end);
    EXPECT_EQ(node.log->damage(), nullptr);
    const std::string kept = bytes(path(active()));
    const auto aside = with_suffix(kCutSuffix);
    const std::string cut = before.substr(kept.size());
    if (cut.find_first_not_of('\0') == std::string::npos) {
      EXPECT_TRUE(aside.empty()) << "zeros are not worth keeping";
    } else {
      ASSERT_EQ(aside.size(), 1U);
      EXPECT_EQ(bytes(path(aside[0])), cut);
    }
    expect_line(node, kept.size(), end, why);
    EXPECT_EQ(node.append(1)->base_offset, end);
    EXPECT_TRUE(node.close().ok());
  }

  void closed_if_durable(const Harm& harm, Offset end, std::string_view why) {
    harm(bytes(path(active())));
    const std::string before = bytes(path(active()));
    Node node(*disk_, small_segments());
    OpenHints hints;
    hints.recovery_point = kEnd;
    node.open(hints);
    ASSERT_TRUE(node.log);
    EXPECT_FALSE(node.log->writable());
    EXPECT_EQ(node.append(1).error(), Error::io);
    ASSERT_NE(node.log->damage(), nullptr);
    const Damage damage = *node.log->damage();
    EXPECT_EQ(damage.file, active());
    EXPECT_EQ(damage.offset, end);
    EXPECT_EQ(node.log->end(), end);
    const std::string readable = node.offsets(Offset(0), end);
    EXPECT_EQ(readable, whole_.substr(0, readable.size()));
    expect_line(node, damage.position, end, why);
    EXPECT_EQ(node.close().error(), Error::io);
    EXPECT_EQ(bytes(path(active())), before) << "damage is left as it is";
    EXPECT_TRUE(with_suffix(kCutSuffix).empty());
  }

  void expect_line(Node& node, std::uint64_t position, Offset end, std::string_view why) const {
    const std::string place = path(active()) + " at position " + std::to_string(position) + ", offset " +
                              std::to_string(end.value()) + ": " + std::string(why);
    ASSERT_EQ(node.shard.lines.size(), 1U);
    EXPECT_NE(node.shard.lines[0].find(place), std::string::npos) << node.shard.lines[0];
  }
  // Where the last `n`-th batch of the active segment begins.
  static std::size_t from_the_end(const std::string& log, std::size_t n) {
    std::vector<std::size_t> begins;
    for (record::BatchWalk walk(as_bytes(log)); walk.next();) begins.push_back(walk.position());
    return begins[begins.size() - n];
  }

  std::unique_ptr<FakeDisk> disk_;
  std::vector<Offset> bases_;
  std::string whole_;
};

TEST_F(Damaged, TheLastBatchIsTorn) {
  harmed([](std::string& log) { log.resize(log.size() - 10); }, kEnd - 1, "the file ends inside a batch");
}

TEST_F(Damaged, TheLastByteIsMissing) {
  harmed([](std::string& log) { log.pop_back(); }, kEnd - 1, "the file ends inside a batch");
}

TEST_F(Damaged, ABitOfABatchsRecordsDiffers) {
  harmed([](std::string& log) { log[from_the_end(log, 2) + 66] ^= 4; }, kEnd - 2, "the batch's checksum is wrong");
}

TEST_F(Damaged, ABitOfTheLastBatchsLengthDiffers) {
  harmed([](std::string& log) { log[from_the_end(log, 1) + 10] ^= 1; }, kEnd - 1, "the file ends inside a batch");
}

TEST_F(Damaged, OnlyFiveBytesOfTheSegmentAreLeft) {
  const Offset base = bases_.back();
  harmed([](std::string& log) { log.resize(5); }, base, "the file ends inside a batch");
}

TEST_F(Damaged, ASegmentThatBeginsInsideTheOneBeforeIsNoPartOfTheLog) {
  const std::string inside = segment_name(kEnd - 1);
  for (const std::string& contents : {std::string("noise"), *disk_->contents(path(active()))}) {
    fill();
    disk_->put(path(inside), contents);
    for (int start = 0; start < 2; ++start) {
      Node node(*disk_, small_segments());
      node.open();
      ASSERT_NE(node.log, nullptr);
      EXPECT_EQ(node.log->end(), kEnd);
      EXPECT_TRUE(node.log->writable());
      EXPECT_EQ(disk_->contents(path(inside)), nullptr);
      EXPECT_EQ(with_suffix(kCutSuffix).size(), 1U) << "kept, and not cut again";
      if (start == 0) continue;
      const auto appended = node.append(1);
      ASSERT_TRUE(appended.ok());
      EXPECT_EQ(appended->base_offset, kEnd);
      node.shard.run();
      EXPECT_TRUE(node.offsets(Offset(0), kEnd + 1).ends_with("14-14"));
    }
  }
}

// What stands behind the log's end was never durable.
TEST_F(Damaged, NoiseStandsBehindTheLastBatch) {
  const Harm noise = [](std::string& log) {
    for (int i = 0; i < 100; ++i) log.push_back(static_cast<char>(i * 37 + 11));
  };
  cut_if_unsynced(noise, kEnd, "");
  fill();
  noise(bytes(path(active())));
  OpenHints hints;
  hints.recovery_point = kEnd;
  expect_whole(hints);
}

// What stands behind the cut is set aside first: else it would be taken for the log's next segments.
TEST_F(Damaged, ACrashWhileTheTailIsCutLeavesNoHole) {
  bytes(path(segment_name(bases_[0])))[66] ^= 4;
  RecoverySettings settings;
  settings.hints.recovery_point = Offset(0);
  disk_->dead = {path(segment_name(bases_[2]))};
  ASSERT_FALSE(recover_log(*disk_, std::string(kDirectory), settings).ok());
  disk_->dead.clear();
  Node node(*disk_, small_segments());
  node.open(settings.hints);
  ASSERT_TRUE(node.log && node.log->writable());
  EXPECT_EQ(node.log->end(), Offset(0));
}

TEST_F(Damaged, ZerosStandBehindTheLastBatch) {
  const Harm zeros = [](std::string& log) { log.append(4096, '\0'); };
  cut_if_unsynced(zeros, kEnd, "");
  fill();
  zeros(bytes(path(active())));
  OpenHints hints;
  hints.recovery_point = kEnd;
  expect_whole(hints);
}

TEST_F(Damaged, TheIndexOfAClosedSegmentIsGone) {
  const std::string right = bytes(beside(bases_[0], kIndexSuffix));
  for (const bool known : {false, true}) {
    remove(beside(bases_[0], kIndexSuffix));
    OpenHints hints;
    if (known) hints.recovery_point = kEnd;
    expect_whole(hints);
    EXPECT_EQ(bytes(beside(bases_[0], kIndexSuffix)), right);
    fill();
  }
}

// What is scanned for it brings the producers up to that segment's end; the segments behind it are not scanned.
TEST_F(Damaged, TheIndexOfAClosedSegmentIsGoneAfterACleanStop) {
  remove(beside(bases_.front(), kIndexSuffix));
  OpenHints hints;
  hints.clean_stop = true;
  hints.recovery_point = kEnd;
  expect_whole(hints);
}

TEST_F(Damaged, BothIndexesOfTheActiveSegmentAreGone) {
  remove(beside(bases_.back(), kIndexSuffix));
  remove(beside(bases_.back(), kTimeIndexSuffix));
  expect_whole();
}

TEST_F(Damaged, ATimeIndexIsGone) {
  remove(beside(bases_[1], kTimeIndexSuffix));
  expect_whole();
  EXPECT_TRUE(disk_->exists(beside(bases_[1], kTimeIndexSuffix)));
}

TEST_F(Damaged, NoiseStandsInTheActiveIndex) {
  bytes(beside(bases_.back(), kIndexSuffix)).replace(0, 4, "\x7f\x12\x34\x56");
  expect_whole();
}

TEST_F(Damaged, FilesOfADeletedSegmentAreLeft) {
  disk_->put(path("00000000000000000000.log.deleted"), "old");
  disk_->put(path("00000000000000000000.index.deleted"), "old");
  expect_whole();
}

TEST_F(Damaged, ACompactionStoppedWhileItWrote) {
  disk_->put(path(segment_name(bases_[0]) + ".cleaned"), "half of a segment");
  disk_->put(beside(bases_[0], ".index.cleaned"), "");
  expect_whole();
  EXPECT_TRUE(with_suffix(".cleaned").empty());
}

TEST_F(Damaged, ACompactionStoppedAfterItsSwap) {
  ASSERT_TRUE(disk_->rename(path(segment_name(bases_[0])), path(segment_name(bases_[0]) + ".swap")).ok());
  remove(beside(bases_[0], kIndexSuffix));
  expect_whole();
  EXPECT_TRUE(with_suffix(".swap").empty());
}

TEST_F(Damaged, ABitOfTheNewestProducerSnapshotDiffers) {
  const std::string newest = with_suffix(kSnapshotSuffix).back();
  bytes(path(newest)).back() ^= 1;
  OpenHints hints;
  hints.recovery_point = kEnd;
  expect_whole(hints);
}

TEST_F(Damaged, AllProducerSnapshotsAreGone) {
  for (const bool known : {false, true}) {
    for (const std::string& name : with_suffix(kSnapshotSuffix)) remove(path(name));
    OpenHints hints;
    if (known) hints.recovery_point = kEnd;
    expect_whole(hints);
    fill();
  }
}

TEST_F(Damaged, TheEpochsAreGone) {
  remove(path(std::string(kEpochFile)));
  OpenHints hints;
  hints.recovery_point = kEnd;
  expect_whole(hints);
}

TEST_F(Damaged, TheEpochsCannotBeRead) {
  bytes(path(std::string(kEpochFile))) = "0\n2\n3 0\n";
  Node node(*disk_, small_segments());
  node.open();
  ASSERT_TRUE(node.log);
  EXPECT_EQ(summary(node), whole_);
}

TEST_F(Damaged, AnIndexOfAbortedTransactionsIsGone) {
  const auto indexes = with_suffix(kAbortedSuffix);
  ASSERT_EQ(indexes.size(), 1U);
  remove(path(indexes[0]));
  expect_whole();
}

TEST_F(Damaged, NoPartitionMetadataIsNoLogOfOurs) {
  remove(path("partition.metadata"));
  Node node(*disk_, small_segments());
  node.open();
  EXPECT_FALSE(node.log);
  EXPECT_EQ(node.error, Error::not_found);
}

}  // namespace
}  // namespace millrace::log::testing
