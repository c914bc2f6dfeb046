#include "client/producer/producer.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "client/testing/scripted_broker.h"
#include "protocol/gen/init_producer_id.h"
#include "record/codec.h"
#include "record/record_reader.h"

namespace millrace::client {
namespace {

using protocol::Errc;
using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;
using protocol::ProduceRequest;
using protocol::ProduceResponse;
using testing::FakePorts;
using testing::ScriptedCluster;

// The logs of all partitions, which judge sequences as a broker does.
struct Logs {
  struct Producer {
    std::int16_t epoch = -1;
    std::int32_t next = 0;
    std::map<std::int32_t, std::int64_t> known;  // first sequence: base offset
  };
  std::map<std::int32_t, std::vector<std::string>> values;
  std::map<std::int32_t, Producer> producers;
  std::deque<Errc> verdicts;      // of the next batches, before they are looked at
  std::deque<bool> lost_answers;  // of the next requests: written, but not answered
  int requests = 0;
  int batches = 0;
  std::int32_t largest = 1 << 30;  // records in a batch

  ProduceResponse::PartitionProduceResponse append(std::int32_t partition, Bytes bytes) {
    ProduceResponse::PartitionProduceResponse answer;
    answer.index = partition;
    ++batches;
    if (!verdicts.empty()) {
      answer.error_code = protocol::to_wire(verdicts.front());
      verdicts.pop_front();
      if (answer.error_code != 0) return answer;
    }
    const auto batch = record::BatchView::parse(bytes);
    EXPECT_TRUE(batch.ok() && batch->crc_ok());
    if (batch->count() > largest) {
      answer.error_code = protocol::to_wire(Errc::message_too_large);
      return answer;
    }
    if (batch->has_producer()) {
      Producer& producer = producers[partition];
      if (batch->producer_epoch().value() > producer.epoch) producer = {batch->producer_epoch().value(), 0, {}};
      if (const auto old = producer.known.find(batch->base_sequence()); old != producer.known.end()) {
        answer.base_offset = old->second;
        return answer;
      }
      if (batch->base_sequence() != producer.next) {
        answer.error_code = protocol::to_wire(Errc::out_of_order_sequence_number);
        return answer;
      }
      producer.known[producer.next] = static_cast<std::int64_t>(values[partition].size());
      producer.next += batch->count();
    }
    answer.base_offset = static_cast<std::int64_t>(values[partition].size());
    record::Scratch scratch;
    auto reader = record::RecordReader::open(*batch, scratch);
    for (record::Record one; reader->next(one);) values[partition].emplace_back(as_text(*one.value));
    return answer;
  }
};

class ProducerTest : public ::testing::Test {
 protected:
  ProducerTest() {
    brokers.topics = {{"t", {0, 0}, 1, 0}};
    brokers.broker(0).on<InitProducerIdRequest, InitProducerIdResponse>([](const auto&, std::int16_t) {
      InitProducerIdResponse response;
      response.producer_id = 77;
      return response;
    });
    brokers.broker(0).on<ProduceRequest, ProduceResponse>([this](const ProduceRequest& request, std::int16_t version) {
      ++logs.requests;
      ProduceResponse response;
      for (const auto& topic : request.topic_data) {
        auto& answer = response.responses.emplace_back();
        answer.name = version < 13 ? topic.name : std::string_view();
        answer.topic_id = topic.topic_id;
        for (const auto& part : topic.partition_data) {
          answer.partition_responses.push_back(logs.append(part.index, *part.records));
        }
      }
      if (!logs.lost_answers.empty()) {
        const bool lost = logs.lost_answers.front();
        logs.lost_answers.pop_front();
        if (lost) response.responses.clear();
      }
      return response;
    });
  }
  ProducerCore& producer() {
    if (!made) {
      made = std::make_unique<ProducerCore>(ports.shard(), ScriptedCluster::options(), options);
    }
    return *made;
  }
  void send(std::string value, std::optional<std::int32_t> partition = 0, std::string topic = "t") {
    Record record;
    record.topic = std::move(topic);
    record.partition = partition;
    record.value = value;
    producer().send(std::move(record), [this, value](const Result<RecordMetadata>& delivered) {
      if (delivered) {
        delivered_.emplace_back(value, delivered->offset);
      } else {
        failed.emplace_back(value, delivered.error());
      }
    });
  }
  void flush() {
    bool done = false;
    producer().flush([&done] { done = true; });
    ports.advance(Millis(200'000));
    EXPECT_TRUE(done);
  }

  FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  Logs logs;
  ProducerOptions options;
  std::unique_ptr<ProducerCore> made;
  std::vector<std::pair<std::string, std::int64_t>> delivered_;
  std::vector<std::pair<std::string, Error>> failed;
};

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

// Notes what it is asked, and gives the answer that it is told.
class Scripted final : public Partitioner {
 public:
  std::int32_t partition(const PartitionChoice& choice) override {
    asked = std::string(choice.topic) + " " + std::string(choice.key.value_or("null")) + " " +
            std::string(choice.value.value_or("null")) + " " + std::to_string(choice.partitions) + " " +
            std::to_string(choice.available.size());
    return answer;
  }
  std::string asked;
  std::int32_t answer = 0;
};

TEST_F(ProducerTest, APartitionerOfTheProgramChoosesForRecordsThatNameNoPartition) {
  const auto own = std::make_shared<Scripted>();
  options.partitioner = own;
  brokers.topics = {{"t", {0, -1, 0}, 1, 0}};
  own->answer = 2;
  Record record;
  record.topic = "t";
  record.key = "k";
  record.value = "v";
  producer().send(record, {});
  flush();
  EXPECT_EQ(own->asked, "t k v 3 2");
  EXPECT_EQ(logs.values[2], (std::vector<std::string>{"v"}));
  own->asked.clear();
  send("w", 0);
  flush();
  EXPECT_EQ(own->asked, "");
}

TEST_F(ProducerTest, APartitionThatAPartitionerMakesUpFailsTheRecord) {
  const auto own = std::make_shared<Scripted>();
  options.partitioner = own;
  for (const std::int32_t answer : {-1, 2}) {
    own->answer = answer;
    send("v", std::nullopt);
    flush();
  }
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_TRUE(failed[0].second.is(Cause::invalid_argument));
  EXPECT_EQ(failed[1].second.message, "the partitioner chose partition 2 of topic t, which has 2");
}

TEST_F(ProducerTest, RoundRobinGoesOverThePartitionsWithALeaderInEachTopic) {
  options.partitioner = std::make_shared<RoundRobinPartitioner>();
  brokers.topics = {{"t", {0, -1, 0}, 1, 0}};
  for (int i = 0; i < 4; ++i) send(std::to_string(i), std::nullopt);
  flush();
  EXPECT_EQ(logs.values[0], (std::vector<std::string>{"0", "2"}));
  EXPECT_EQ(logs.values[2], (std::vector<std::string>{"1", "3"}));
}

TEST_F(ProducerTest, APartitionWhoseBrokerTakesNothingIsAvoided) {
  options.availability_timeout = Millis(1000);
  options.linger = Millis(0);
  options.batch_bytes = 1;  // each record may go to another partition
  options.adaptive = false;
  brokers.topics = {{"t", {0, 1}, 1, 0}};  // there is no broker 1
  send("stuck", 1);
  ports.advance(Millis(2000));
  for (int i = 0; i < 40; ++i) send(std::to_string(i), std::nullopt);
  ports.advance(Millis(2000));
  EXPECT_EQ(logs.values[0].size(), 40U);
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
