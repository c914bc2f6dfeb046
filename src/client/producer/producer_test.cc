#include "client/producer/producer.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "client/testing/producer_fixture.h"

namespace millrace::client {
namespace {

using protocol::Errc;
using testing::ProducerTest;

TEST_F(ProducerTest, RecordsGoInBatchesAndEachLearnsItsOffset) {
  for (int i = 0; i < 100; ++i) send(std::to_string(i));
  ports.advance(Millis(1000));
  ASSERT_EQ(delivered_.size(), 100U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(delivered_[static_cast<std::size_t>(i)], std::pair(std::to_string(i), std::int64_t{i}));
  }
  EXPECT_EQ(logs.batches, 1);
  EXPECT_EQ(producer().buffered_bytes(), 0U);
}

TEST_F(ProducerTest, DeliveriesThatThrowAreToldInOneLineAndTheOthersHearOfTheirs) {
  for (const bool refused : {false, true}) {
    if (refused) logs.verdicts = {Errc::invalid_record};
    for (int i = 0; i < 3; ++i) {
      Record record;
      record.topic = "t";
      record.partition = 0;
      record.value = "thrown";
      producer().send(record, [](const auto&) { throw std::runtime_error("the cupboard is bare"); });
      send(std::to_string(i));
    }
    ports.lines.clear();
    flush();
    ASSERT_EQ(ports.lines.size(), 1U);
    EXPECT_NE(ports.lines[0].find("a delivery callback has thrown an exception: the cupboard is bare"),
              std::string::npos);
    EXPECT_NE(ports.lines[0].find("3 records"), std::string::npos);
  }
  EXPECT_EQ(delivered_.size(), 3U);
  EXPECT_EQ(failed.size(), 3U);
  EXPECT_EQ(producer().buffered_bytes(), 0U);
}

std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> all;
  for (int i = from; i < to; ++i) all.push_back(std::to_string(i));
  return all;
}

// The first ones are parked, as nothing is known of the topic yet; later ones go as the batches that they were staged
// in, or into one that waits.
TEST_F(ProducerTest, BatchesThatWereMadeBeforehandKeepOrderAndOffsets) {
  options.batch_bytes = 200;
  brokers.topics = {{"t", {0}, 1, 0}};
  logs.lost_answers = {true};
  for (const auto& [from, to] : {std::pair(0, 30), {30, 33}, {33, 36}, {36, 100}}) {
    stage(numbers(from, to));
    if (from == 0) ports.advance(Millis(1'000));
  }
  flush();
  EXPECT_EQ(logs.values[0], numbers(0, 100));
  ASSERT_EQ(delivered_.size(), 100U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(delivered_[static_cast<std::size_t>(i)], std::pair(std::to_string(i), std::int64_t{i}));
  }
  EXPECT_EQ(producer().buffered_bytes(), 0U);
}

TEST_F(ProducerTest, ABatchThatWasMadeBeforehandIsSplitAndRefusedAsAnyOther) {
  brokers.topics = {{"t", {0}, 1, 0}};
  stage(numbers(0, 1));
  flush();
  logs.largest = 3;
  stage(numbers(1, 10));
  flush();
  EXPECT_EQ(logs.values[0], numbers(0, 10));
  stage(numbers(10, 20));
  producer().close();
  stage(numbers(20, 30));
  ports.run();
  EXPECT_EQ(delivered_.size(), 10U);
  ASSERT_EQ(failed.size(), 20U);
  for (const auto& [value, why] : failed) EXPECT_TRUE(why.is(Cause::closed)) << value;
  EXPECT_EQ(producer().buffered_bytes(), 0U);
}

TEST_F(ProducerTest, AFullBatchDoesNotLinger) {
  options.linger = Millis(30'000);
  options.delivery_timeout = Millis(120'000);
  for (int i = 0; i < 20; ++i) send(std::string(1000, 'x'));
  ports.advance(Millis(500));
  EXPECT_GE(delivered_.size(), 14U);
  EXPECT_LT(delivered_.size(), 20U);
  ports.advance(Millis(31'000));
  EXPECT_EQ(delivered_.size(), 20U);
}

TEST_F(ProducerTest, FlushDoesNotWaitForLinger) {
  options.linger = Millis(60'000);
  send("a");
  bool done = false;
  producer().flush([&] { done = true; });
  ports.advance(Millis(500));
  EXPECT_TRUE(done);
  EXPECT_EQ(delivered_.size(), 1U);
}

TEST_F(ProducerTest, ARetryNeitherDuplicatesNorReorders) {
  options.linger = Millis(0);
  options.batch_bytes = 1;
  logs.verdicts = {Errc::not_leader_or_follower, Errc::none, Errc::none};
  for (int i = 0; i < 40; ++i) {
    send(std::to_string(i));
    if (i % 3 == 0) ports.run();
  }
  flush();
  ASSERT_EQ(logs.values[0].size(), 40U);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(logs.values[0][static_cast<std::size_t>(i)], std::to_string(i));
  EXPECT_EQ(delivered_.size(), 40U);
}

TEST_F(ProducerTest, AnAnswerThatIsLostIsAskedForAgainWithoutADuplicate) {
  logs.lost_answers = {true};
  send("once");
  flush();
  EXPECT_EQ(logs.values[0], std::vector<std::string>{"once"});
  ASSERT_EQ(delivered_.size(), 1U);
  EXPECT_EQ(delivered_[0].second, 0);
}

// 1. The batch is written, but the broker loses the leadership before it says so; 2. it comes back and remembers
// nothing of the producer.
TEST_F(ProducerTest, WhatMayBeWrittenIsNotSentUnderAnotherIdentity) {
  logs.verdicts = {Errc::not_leader_or_follower, Errc::out_of_order_sequence_number};
  send("perhaps");
  flush();
  EXPECT_TRUE(logs.values[0].empty());
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_TRUE(failed[0].second.is(ErrorCode::out_of_order_sequence_number));
  send("next");
  flush();
  EXPECT_EQ(logs.values[0], std::vector<std::string>{"next"});
}

TEST_F(ProducerTest, WhatIsCertainlyNotWrittenIsSentUnderAnotherIdentity) {
  logs.verdicts = {Errc::out_of_order_sequence_number};
  send("again");
  flush();
  EXPECT_EQ(logs.values[0], std::vector<std::string>{"again"});
  EXPECT_EQ(delivered_.size(), 1U);
}

TEST_F(ProducerTest, AfterABatchIsLostTheNextEpochGoesOn) {
  options.linger = Millis(0);
  options.batch_bytes = 1;
  logs.verdicts = {Errc::none, Errc::invalid_record};
  for (const char* value : {"a", "bad", "c", "d"}) {
    send(value);
    ports.run();
  }
  flush();
  EXPECT_EQ(logs.values[0], (std::vector<std::string>{"a", "c", "d"}));
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].first, "bad");
  EXPECT_TRUE(failed[0].second.is(ErrorCode::invalid_record));
}

TEST_F(ProducerTest, ABatchThatTheBrokerFindsTooLargeIsSplit) {
  logs.largest = 3;
  options.codec = record::Codec::lz4;
  for (int i = 0; i < 10; ++i) send(std::to_string(i));
  flush();
  ASSERT_EQ(logs.values[0].size(), 10U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(logs.values[0][static_cast<std::size_t>(i)], std::to_string(i));
  EXPECT_EQ(delivered_.size(), 10U);
}

TEST_F(ProducerTest, WhatCannotBeDeliveredInTimeFails) {
  options.delivery_timeout = Millis(40'000);
  for (int i = 0; i < 10'000; ++i) logs.verdicts.push_back(Errc::not_enough_replicas);
  send("late");
  ports.advance(Millis(60'000));
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(producer().buffered_bytes(), 0U);
}

TEST_F(ProducerTest, AnUnknownTopicFailsAfterMaxBlock) {
  options.max_block = Millis(3'000);
  send("x", std::nullopt, "nowhere");
  ports.advance(Millis(2'000));
  EXPECT_TRUE(failed.empty());
  ports.advance(Millis(2'000));
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_TRUE(failed[0].second.is(Cause::timed_out));
  EXPECT_NE(failed[0].second.message.find("nowhere"), std::string::npos);
}

TEST_F(ProducerTest, ARecordOrABufferThatIsTooLargeIsRefusedAtOnce) {
  options.max_request_bytes = 1000;
  options.buffer_bytes = 1500;
  send(std::string(2000, 'x'));
  send(std::string(900, 'y'));
  send(std::string(900, 'z'));
  ports.run();
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_TRUE(failed[0].second.is(Cause::too_large));
  EXPECT_TRUE(failed[1].second.is(Cause::queue_full));
}

TEST_F(ProducerTest, WithoutAKeyOneBatchGoesToOnePartition) {
  for (int i = 0; i < 50; ++i) send(std::to_string(i), std::nullopt);
  flush();
  EXPECT_EQ(logs.values.size(), 1U);
  EXPECT_EQ(logs.batches, 1);
}

TEST_F(ProducerTest, CloseFailsWhatHasNotBeenDelivered) {
  options.linger = Millis(10'000);
  send("a");
  ports.advance(Millis(10));
  producer().close();
  send("b");
  ports.run();
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_TRUE(failed[0].second.is(Cause::closed));
  EXPECT_TRUE(failed[1].second.is(Cause::closed));
}

TEST_F(ProducerTest, WithoutAcknowledgementRecordsHaveNoOffset) {
  options.acks = 0;
  options.idempotent = false;
  send("a");
  ports.advance(Millis(100));
  ASSERT_EQ(delivered_.size(), 1U);
  EXPECT_EQ(delivered_[0].second, -1);
}

}  // namespace
}  // namespace millrace::client
