#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/producer/producer.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/init_producer_id.h"
#include "protocol/gen/produce.h"
#include "record/record_reader.h"

namespace millrace::client::testing {

// The logs of all partitions, which judge sequences as a broker does.
struct JudgingLogs {
  struct Producer {
    std::int16_t epoch = -1;
    std::int32_t next = 0;
    std::map<std::int32_t, std::int64_t> known;  // first sequence: base offset
  };
  std::map<std::int32_t, std::vector<std::string>> values;
  std::map<std::int32_t, Producer> producers;
  std::deque<protocol::Errc> verdicts;      // of the next batches, before they are looked at
  std::deque<bool> lost_answers;  // of the next requests: written, but not answered
  int requests = 0;
  int batches = 0;
  std::int32_t largest = 1 << 30;  // records in a batch

  protocol::ProduceResponse::PartitionProduceResponse append(std::int32_t partition, Bytes bytes) {
    protocol::ProduceResponse::PartitionProduceResponse answer;
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
      answer.error_code = protocol::to_wire(protocol::Errc::message_too_large);
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
        answer.error_code = protocol::to_wire(protocol::Errc::out_of_order_sequence_number);
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

// A producer core on one scripted broker, whose topic t has two partitions.
class ProducerTest : public ::testing::Test {
 protected:
  ProducerTest() {
    brokers.topics = {{"t", {0, 0}, 1, 0}};
    using protocol::ProduceRequest;
    using protocol::ProduceResponse;
    using Identity = protocol::InitProducerIdResponse;
    brokers.broker(0).on<protocol::InitProducerIdRequest, Identity>([](const auto&, std::int16_t) {
      Identity response;
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
  // The same as the threads of a program send, which hand over many at once.
  void stage(const std::vector<std::string>& values) {
    Staging staged(producer().options());
    std::vector<Batch::Space> spare;
    for (const std::string& value : values) {
      Record record;
      record.topic = "t";
      record.value = value;
      RecordEncoder encoder;
      const std::size_t body = encoder.size(record);
      const auto told = [this, value](const Result<RecordMetadata>& delivered) {
        if (delivered) {
          delivered_.emplace_back(value, delivered->offset);
        } else {
          failed.emplace_back(value, delivered.error());
        }
      };
      staged.add(record, encoder, body, told, ports.shard().clock, spare);
    }
    producer().send(staged);
  }
  void flush() {
    bool done = false;
    producer().flush([&done] { done = true; });
    ports.advance(Millis(200'000));
    EXPECT_TRUE(done);
  }

  FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  JudgingLogs logs;
  ProducerOptions options;
  std::unique_ptr<ProducerCore> made;
  std::vector<std::pair<std::string, std::int64_t>> delivered_;
  std::vector<std::pair<std::string, Error>> failed;
};

}  // namespace millrace::client::testing
