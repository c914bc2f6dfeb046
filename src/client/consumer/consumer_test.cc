#include "client/consumer/consumer.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/limits.h"
#include "client/testing/scripted_log.h"

namespace millrace::client {
namespace {

using testing::FakePorts;
using testing::ScriptedCluster;

class ConsumerTest : public ::testing::Test {
 protected:
  ConsumerTest() {
    brokers.topics = {{"t", {0}, 1, 0}};
    options.auto_commit = false;
    options.reset = Reset::earliest;
    log.serve(brokers.broker(0));
  }
  ConsumerCore& consumer() {
    if (!made) {
      made = std::make_unique<ConsumerCore>(ports.shard(), ScriptedCluster::options(), options);
    }
    return *made;
  }
  Result<Polled> poll(Millis timeout = Millis(1000)) {
    std::optional<Result<Polled>> result;
    consumer().poll(timeout, [&](Result<Polled> polled) { result.emplace(std::move(polled)); });
    EXPECT_FALSE(result) << "completed from inside the call";
    for (int i = 0; i < 1000 && !result; ++i) ports.advance(Millis(10));
    return *std::move(result);
  }

  FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  testing::ScriptedLog log;
  ConsumerOptions options;
  std::unique_ptr<ConsumerCore> made;
  const TopicPartition t0{"t", 0};
};

TEST_F(ConsumerTest, HandsOutRecordsInOrderFromWhereItsResetSays) {
  log.values = {"a", "b", "c"};
  ASSERT_TRUE(consumer().assign({t0}));
  std::string seen;
  for (int i = 0; i < 3; ++i) {
    const auto polled = poll();
    ASSERT_TRUE(polled) << polled.error().text();
    for (const auto& record : polled->records) seen += *record.value;
  }
  EXPECT_EQ(seen, "abc");
}

TEST_F(ConsumerTest, RecordsTellWhereToGoOnBehindThem) {
  log.values = {"a", "b", "c"};
  ASSERT_TRUE(consumer().assign({t0}));
  auto polled = poll();
  ASSERT_TRUE(polled) << polled.error().text();
  const auto next = polled->records.next_offsets();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next.begin()->first, t0);
  EXPECT_EQ(next.begin()->second.offset, polled->records[polled->records.size() - 1].offset + 1);
  EXPECT_TRUE(ConsumerRecords().next_offsets().empty());
}

TEST_F(ConsumerTest, ARecordTellsHowItsBatchWasWritten) {
  log.values = {"a"};
  log.shape.codec = record::Codec::gzip;
  log.shape.producer_id = ProducerId(4000);
  log.shape.producer_epoch = ProducerEpoch(7);
  log.shape.base_sequence = 0;
  log.shape.transactional = true;
  ASSERT_TRUE(consumer().assign({t0}));
  const auto polled = poll();
  ASSERT_TRUE(polled) << polled.error().text();
  ASSERT_EQ(polled->records.size(), 1U);
  const ConsumerRecord& record = polled->records[0];
  EXPECT_EQ(record.compression, Compression::gzip);
  EXPECT_EQ(record.producer_id, 4000);
  EXPECT_EQ(record.producer_epoch, 7);
  EXPECT_TRUE(record.transactional);
}

TEST_F(ConsumerTest, AnAnswerLongerThanTheFirstBufferArrivesWhole) {
  log.values = {std::string(kFirstAnswerBytes + 13, 'x')};
  ASSERT_TRUE(consumer().assign({t0}));
  const auto polled = poll();
  ASSERT_TRUE(polled) << polled.error().text();
  ASSERT_EQ(polled->records.size(), 1u);
  EXPECT_TRUE(polled->records[0].value == log.values[0]);
}

TEST_F(ConsumerTest, SeekThrowsAwayWhatWasReadAhead) {
  log.values = {"a", "b", "c"};
  ASSERT_TRUE(consumer().assign({t0}));
  ASSERT_TRUE(poll());
  ports.advance(Millis(1000));
  ASSERT_TRUE(consumer().seek(t0, 0, std::nullopt));
  const auto polled = poll();
  ASSERT_TRUE(polled && !polled->records.empty());
  EXPECT_EQ(polled->records[0].offset, 0);
}

TEST_F(ConsumerTest, APausedPartitionHandsNothingOutAndKeepsItsPlace) {
  log.values = {"a", "b"};
  ASSERT_TRUE(consumer().assign({t0}));
  ASSERT_TRUE(consumer().pause({t0}, true));
  const auto nothing = poll();
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->records.empty());
  ASSERT_TRUE(consumer().pause({t0}, false));
  const auto polled = poll();
  ASSERT_TRUE(polled && !polled->records.empty());
  EXPECT_EQ(polled->records[0].value, "a");
}

TEST_F(ConsumerTest, WithoutAResetAPositionOutsideOfTheLogIsAnErrorThatASeekEnds) {
  log.values = {"a"};
  options.reset = Reset::none;
  ASSERT_TRUE(consumer().assign({t0}));
  ASSERT_TRUE(consumer().seek(t0, 9, std::nullopt));
  const auto failed = poll();
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(Cause::wrong_state));
  ASSERT_TRUE(consumer().seek(t0, 0, std::nullopt));
  const auto polled = poll();
  ASSERT_TRUE(polled) << polled.error().text();
  EXPECT_EQ(polled->records.size(), 1u);
}

TEST_F(ConsumerTest, ASecondPollAtTheSameTimeIsRefused) {
  ASSERT_TRUE(consumer().assign({t0}));
  consumer().poll(Millis(1000), [](Result<Polled>) {});
  const auto refused = poll();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(Cause::wrong_state));
}

// The answer to a fetch that was sent for an earlier assignment would leave out what lies between.
TEST_F(ConsumerTest, AnAnswerToAnEarlierAssignmentOfThePartitionDoesNotCount) {
  Partitions partitions;
  const std::uint64_t before = partitions.add(t0)->turn;
  partitions.find(t0)->move_to(Offset(3), kNoEpoch);
  partitions.remove(t0);
  EXPECT_NE(partitions.add(t0)->turn, before);
  partitions.find(t0)->move_to(Offset(3), kNoEpoch);
  EXPECT_GT(partitions.find(t0)->turn, before + 1000);
}

TEST_F(ConsumerTest, AWakeupEndsThePollThatWaitsOrTheNextOneAndLosesNothing) {
  log.values = {"a"};
  ASSERT_TRUE(consumer().assign({t0}));
  consumer().wakeup();
  const auto woken = poll();
  ASSERT_FALSE(woken);
  EXPECT_TRUE(woken.error().is(Cause::cancelled));
  const auto polled = poll();
  ASSERT_TRUE(polled);
  EXPECT_EQ(polled->records.size(), 1u);
}

TEST_F(ConsumerTest, PollAfterCloseIsClosed) {
  consumer().close();
  const auto refused = poll();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(Cause::closed));
}

}  // namespace
}  // namespace millrace::client
