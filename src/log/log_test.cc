#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "log/names.h"
#include "log/partition_log.h"
#include "log/testing/fake_shard.h"
#include "record/batch_builder.h"

namespace millrace::log {
namespace {

using testing::FakeDisk;
using testing::FakeShard;

constexpr std::string_view kDirectory = "data/orders-0";
const Uuid kTopic{1, 2};

struct Listener final : LogListener {
  Offset durable{0};
  int broken = 0;
  bool stalled = false;
  void on_durable(Offset end) override {
    EXPECT_GT(end, durable);
    durable = end;
  }
  void on_broken() override { ++broken; }
  void on_stalled(bool now) override { stalled = now; }
};

Buffer batch(int records, std::string_view value = "v", WallTime first = WallTime(1000)) {
  record::BatchBuilder builder({});
  for (int i = 0; i < records; ++i) builder.add(first + i, as_bytes("k"), as_bytes(value));
  return builder.build();
}

// One node's worth of log over a disk that outlives it.
struct Node {
  explicit Node(FakeDisk& disk_in, LogOptions options_in = {}) : disk(disk_in), options(options_in) {
    if (disk.exists("data")) return;
    EXPECT_TRUE(disk.create_directory("data").ok() && disk.sync_directory(".").ok());
  }
  // Opens the log; on an error `log` stays empty and the error is in `error`.
  Node& open() {
    PartitionLog::open(shard.ports(), *committer, std::string(kDirectory), kTopic, options, listener,
                       [this](Result<std::unique_ptr<PartitionLog>> result) {
                         if (result) {
                           log = std::move(*result);
                           listener.durable = log->durable_end();
                         } else {
                           error = result.error();
                         }
                       });
    shard.run();
    return *this;
  }
  Status close() {
    std::optional<Status> closed;
    log->close([&](Status status) { closed = status; });
    shard.run();
    EXPECT_TRUE(closed.has_value());
    log.reset();
    return closed.value_or(Error::would_block);
  }
  Result<AppendResult> append(int records, std::string_view value = "v") {
    return log->append(batch(records, value), LeaderEpoch(3));
  }
  // The bytes of a plan, file ranges read from the disk.
  std::string read(Offset from, Offset upto, std::uint64_t max = 1 << 20, bool one = true) {
    const auto plan = log->read(from, upto, max, one);
    if (!plan) return std::string("error: ") + to_string(plan.error());
    std::string bytes;
    for (const auto& piece : plan->pieces) {
      if (!piece.file) {
        bytes += as_text(piece.memory.bytes());
        continue;
      }
      std::string part(piece.length, '\0');
      const auto got = piece.file->read_cached(piece.position, std::as_writable_bytes(std::span(part)));
      EXPECT_TRUE(got.ok() && *got == piece.length);
      bytes += part;
    }
    EXPECT_EQ(bytes.size(), plan->size);
    return bytes;
  }
  // "0-2 3-3": first and last offset of each batch of a read.
  std::string offsets(Offset from, Offset upto, std::uint64_t max = 1 << 20, bool one = true) {
    const std::string bytes = read(from, upto, max, one);
    if (bytes.starts_with("error")) return bytes;
    std::string text;
    for (record::BatchWalk walk(as_bytes(bytes)); walk.next();) {
      EXPECT_TRUE(walk.batch().crc_ok());
      text += (text.empty() ? "" : " ") + std::to_string(walk.batch().base_offset().value()) + "-" +
              std::to_string(walk.batch().last_offset().value());
    }
    return text;
  }
  std::string path(std::string_view name) const { return std::string(kDirectory) + "/" + std::string(name); }

  FakeDisk& disk;
  LogOptions options;
  FakeShard shard{disk};
  std::unique_ptr<Committer> committer = Committer::create(shard.ports());
  Listener listener;
  std::unique_ptr<PartitionLog> log;
  Error error = Error::none;
};

LogOptions segments_of(std::uint64_t bytes) {
  LogOptions options;
  options.segment_bytes = ByteCount(bytes);
  return options;
}

TEST(PartitionLog, ANewLogIsEmptyAndItsNamesAreDurable) {
  FakeDisk disk;
  Node node(disk);
  node.open();
  ASSERT_TRUE(node.log);
  EXPECT_EQ(node.log->end(), Offset(0));
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
      Node node(disk, segments_of(300 + random.below(3000)));
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

TEST(PartitionLog, DamageBelowALaterSegmentIsCorruptionAndNothingIsTouched) {
  FakeDisk disk;
  {
    Node node(disk, segments_of(200));
    node.open();
    for (int i = 0; i < 9; ++i) ASSERT_TRUE(node.append(1).ok());
    EXPECT_TRUE(node.close().ok());
  }
  Node again(disk, segments_of(200));
  std::string& bytes = *disk.contents(again.path("00000000000000000000.log"));
  bytes[65] ^= 1;
  const std::string before = bytes;
  const auto names = disk.list(std::string(kDirectory))->size();
  again.open();
  EXPECT_FALSE(again.log);
  EXPECT_EQ(again.error, Error::corrupt);
  EXPECT_EQ(*disk.contents(again.path("00000000000000000000.log")), before);
  EXPECT_EQ(disk.list(std::string(kDirectory))->size(), names);
  ASSERT_EQ(again.shard.lines.size(), 1U);
  EXPECT_NE(again.shard.lines[0].find("00000000000000000000.log at position 0, offset 0"), std::string::npos);
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

TEST(PartitionLog, AnotherTopicsDirectoryIsNotOpened) {
  FakeDisk disk;
  Node node(disk);
  ASSERT_TRUE(disk.create_directory(std::string(kDirectory)).ok());
  disk.put(node.path("partition.metadata"), "version: 0\ntopic_id: " + Uuid{9, 9}.text());
  node.open();
  EXPECT_EQ(node.error, Error::stale);
}

}  // namespace
}  // namespace millrace::log
