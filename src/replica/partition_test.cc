#include "replica/partition.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "record/batch.h"
#include "record/batch_builder.h"
#include "replica/testing/fake_log.h"
#include "replica/testing/turns.h"

namespace millrace::replica {
namespace {

using testing::FakeLog;
using testing::Turns;

constexpr NodeId kSelf{1};
constexpr LeaderEpoch kEpoch{4};

Buffer batch(int records, ProducerId producer = kNoProducer, std::int32_t sequence = -1) {
  record::BatchBuilder builder({});
  for (int i = 0; i < records; ++i) builder.add(WallTime(1000 + i), as_bytes("k"), as_bytes("v"));
  Buffer bytes = builder.build();
  if (producer != kNoProducer) {
    record::MutableBatch header(bytes.writable());
    header.set_producer(producer, ProducerEpoch(0), sequence);
    header.seal();
  }
  return bytes;
}

class PartitionTest : public ::testing::Test {
 protected:
  PartitionTest() {
    auto log = std::make_unique<FakeLog>();
    log_ = log.get();
    partition_.emplace(turns_.shard(), kSelf, Partition::Identity{"t", Uuid{1, 1}, PartitionIndex(0)});
    partition_->set_log(std::move(log));
  }
  void lead(std::vector<NodeId> replicas = {kSelf}, std::vector<NodeId> isr = {kSelf}, std::int32_t min_isr = 1) {
    partition_->lead(kEpoch, std::move(replicas), std::move(isr), min_isr);
    turns_.run();
  }
  // Appends; what happened stands in `outcomes_` as "0-2", "dup 0-2" or the error's number.
  void append(Acks acks, Buffer bytes, Millis timeout = Millis(1000)) {
    partition_->append(std::move(bytes), acks, turns_.now() + timeout, [this](Result<Appended, AppendError> result) {
      if (!result) {
        outcomes_.push_back("error " + std::to_string(static_cast<int>(result.error())));
        return;
      }
      outcomes_.push_back((result->duplicate ? "dup " : "") + std::to_string(result->base_offset.value()) + "-" +
                          std::to_string(result->last_offset.value()));
    });
  }
  void durable(std::int64_t end) {
    log_->durable = Offset(end);
    partition_->on_durable(Offset(end));
    turns_.run();
  }
  static std::string error(AppendError error) { return "error " + std::to_string(static_cast<int>(error)); }
  using Outcomes = std::vector<std::string>;

  Turns turns_;
  FakeLog* log_ = nullptr;
  std::optional<Partition> partition_;
  Outcomes outcomes_;
};

TEST_F(PartitionTest, NothingIsAcknowledgedOrVisibleBeforeItIsDurable) {
  lead();
  append(Acks::all, batch(3));
  append(Acks::leader, batch(1));
  turns_.run();
  EXPECT_EQ(outcomes_, Outcomes{});
  EXPECT_EQ(partition_->high_watermark(), Offset(0));
  durable(3);
  EXPECT_EQ(outcomes_, Outcomes{"0-2"});
  EXPECT_EQ(partition_->high_watermark(), Offset(3));
  durable(4);
  EXPECT_EQ(outcomes_, (Outcomes{"0-2", "3-3"}));
}

TEST_F(PartitionTest, WithoutAcknowledgementNobodyWaitsButNothingIsVisibleEarlier) {
  lead();
  append(Acks::none, batch(2));
  EXPECT_EQ(outcomes_, Outcomes{}) << "the answer is a later call";
  turns_.run();
  EXPECT_EQ(outcomes_, Outcomes{"0-1"});
  EXPECT_EQ(partition_->high_watermark(), Offset(0));
}

TEST_F(PartitionTest, TheHighWatermarkWaitsForEveryReplicaInSync) {
  lead({kSelf, NodeId(2)}, {kSelf, NodeId(2)});
  append(Acks::all, batch(1));
  append(Acks::leader, batch(1));
  durable(2);
  EXPECT_EQ(outcomes_, Outcomes{"1-1"});
  EXPECT_EQ(partition_->high_watermark(), Offset(0));
  partition_->lead(kEpoch, {kSelf, NodeId(2)}, {kSelf}, 1);
  turns_.run();
  EXPECT_EQ(outcomes_, (Outcomes{"1-1", "0-0"}));
}

TEST_F(PartitionTest, BeginsWithTheHighWatermarkThatIsKnownAsFarAsTheLogReaches) {
  for (const auto& [known, expected] : {std::pair(kNoOffset, 0), std::pair(Offset(2), 2), std::pair(Offset(9), 3)}) {
    auto log = std::make_unique<FakeLog>();
    static_cast<void>(log->append(batch(3), kEpoch));
    log->durable = Offset(3);
    Partition partition(turns_.shard(), kSelf, Partition::Identity{"t", Uuid{1, 1}, PartitionIndex(0)});
    partition.set_log(std::move(log), known);
    EXPECT_EQ(partition.high_watermark(), Offset(expected));
  }
}

TEST_F(PartitionTest, TooFewInSyncRefusesOnlyThoseWhoAskForAll) {
  lead({kSelf, NodeId(2)}, {kSelf}, 2);
  append(Acks::all, batch(1));
  append(Acks::none, batch(1));
  turns_.run();
  EXPECT_EQ(outcomes_, (Outcomes{error(AppendError::not_enough_replicas), "0-0"}));
}

TEST_F(PartitionTest, MoreInSyncThanThereAreReplicasIsAskedOfNobody) {
  lead({kSelf}, {kSelf}, 2);
  append(Acks::all, batch(1));
  durable(1);
  turns_.run();
  EXPECT_EQ(outcomes_, (Outcomes{"0-0"}));
}

TEST_F(PartitionTest, ALateAcknowledgementIsATimeoutAndAnEarlierDeadlineComesFirst) {
  lead();
  append(Acks::all, batch(1), Millis(1000));
  append(Acks::all, batch(1), Millis(10));
  turns_.advance(Millis(10));
  EXPECT_EQ(outcomes_, Outcomes{error(AppendError::timed_out)});
  turns_.advance(Millis(990));
  EXPECT_EQ(outcomes_, (Outcomes{error(AppendError::timed_out), error(AppendError::timed_out)}));
}

TEST_F(PartitionTest, ADuplicateGetsTheOldOffsetsOnceTheyAreDurable) {
  lead();
  append(Acks::all, batch(2, ProducerId(7), 0));
  append(Acks::all, batch(2, ProducerId(7), 0));
  turns_.run();
  EXPECT_EQ(outcomes_, Outcomes{});
  EXPECT_EQ(partition_->log_end(), Offset(2));
  durable(2);
  EXPECT_EQ(outcomes_, (Outcomes{"0-1", "dup 0-1"}));
}

TEST_F(PartitionTest, AGapInTheSequenceIsRefused) {
  lead();
  append(Acks::all, batch(1, ProducerId(7), 0));
  append(Acks::all, batch(1, ProducerId(7), 5));
  durable(1);
  EXPECT_EQ(outcomes_, (Outcomes{error(AppendError::out_of_order_sequence), "0-0"}));
}

TEST_F(PartitionTest, LosingLeadershipAnswersEverybody) {
  lead();
  append(Acks::all, batch(1));
  std::optional<bool> committed;
  bool woken = false;
  partition_->when_committed(Offset(1), [&](bool yes) { committed = yes; });
  partition_->wait_for_change([&] { woken = true; });
  partition_->resign(LeaderEpoch(5));
  turns_.run();
  append(Acks::all, batch(1));
  turns_.run();
  EXPECT_EQ(outcomes_, (Outcomes{error(AppendError::not_leader), error(AppendError::not_leader)}));
  EXPECT_EQ(committed, false);
  EXPECT_TRUE(woken);
}

TEST_F(PartitionTest, AnOldEpochChangesNothing) {
  lead();
  partition_->resign(LeaderEpoch(3));
  EXPECT_TRUE(partition_->is_leader());
  EXPECT_EQ(partition_->leader_epoch(), kEpoch);
}

TEST_F(PartitionTest, ReadersAreWokenOnceWhenTheHighWatermarkMoves) {
  lead();
  int first = 0;
  int second = 0;
  partition_->wait_for_change([&] { ++first; });
  const auto cancelled = partition_->wait_for_change([&] { ++second; });
  append(Acks::none, batch(1));
  turns_.run();
  EXPECT_EQ(first, 0) << "nothing is visible yet";
  log_->durable = Offset(1);
  partition_->on_durable(Offset(1));
  partition_->cancel_wait(cancelled);
  turns_.run();
  durable(1);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 0);
}

TEST_F(PartitionTest, ABrokenLogFailsWhatIsNotDurableAndKeepsTheRest) {
  lead();
  append(Acks::all, batch(1));
  append(Acks::all, batch(1));
  log_->durable = Offset(1);
  partition_->on_durable(Offset(1));
  log_->refuse = Error::io;
  partition_->on_broken();
  turns_.run();
  append(Acks::all, batch(1));
  turns_.run();
  EXPECT_EQ(outcomes_, (Outcomes{"0-0", error(AppendError::storage), error(AppendError::storage)}));
}

TEST_F(PartitionTest, AFullDiskAnswersWhoWaitsAndTheRepeatedBatchIsRecognised) {
  lead();
  append(Acks::all, batch(1, ProducerId(7), 0));
  partition_->on_stalled(true);
  turns_.run();
  EXPECT_EQ(outcomes_, Outcomes{error(AppendError::storage)});
  append(Acks::all, batch(1, ProducerId(7), 0));
  durable(1);
  EXPECT_EQ(outcomes_.back(), "dup 0-0");
}

TEST_F(PartitionTest, AppendsThatTheLogPutsOffKeepTheirOrder) {
  lead();
  append(Acks::all, batch(1));
  log_->refuse = Error::would_block;
  append(Acks::all, batch(2));
  log_->refuse = Error::none;
  append(Acks::all, batch(1));
  turns_.run();
  EXPECT_EQ(partition_->log_end(), Offset(1));
  durable(1);
  durable(4);
  EXPECT_EQ(outcomes_, (Outcomes{"0-0", "1-2", "3-3"}));
}

TEST_F(PartitionTest, ADestroyedPartitionCallsNobody) {
  lead();
  bool woken = false;
  partition_->wait_for_change([&] { woken = true; });
  append(Acks::all, batch(1));
  log_->durable = Offset(1);
  partition_->on_durable(Offset(1));
  partition_.reset();
  turns_.run();
  turns_.advance(Millis(5000));
  EXPECT_FALSE(woken);
}

}  // namespace
}  // namespace millrace::replica
