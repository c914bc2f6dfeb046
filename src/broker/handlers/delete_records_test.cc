#include <gtest/gtest.h>

#include <string>

#include "broker/testing/bench_node.h"
#include "protocol/errc.h"
#include "protocol/gen/delete_records.h"
#include "protocol/gen/produce.h"
#include "record/batch_builder.h"

namespace millrace::broker {
namespace {

using metadata::ResourceType;
using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;
using testing::BenchNode;

constexpr int kRecords = 5;

class DeleteRecords : public ::testing::Test {
 protected:
  // A topic with one partition of kRecords records.
  void given(std::string_view topic, std::string_view cleanup_policy) {
    node_.topic(topic);
    node_.set(ResourceType::topic, topic, "cleanup.policy", cleanup_policy);
    record::BatchBuilder builder{record::BatchOptions{}};
    for (int i = 0; i < kRecords; ++i) builder.add(node_.shard().ports().clock.wall(), as_bytes("k"), as_bytes("v"));
    const Buffer batch = builder.build();
    protocol::ProduceRequest request;
    request.acks = 1;
    request.timeout_ms = 1000;
    auto& asked = request.topic_data.emplace_back();
    asked.name = topic;
    auto& partition = asked.partition_data.emplace_back();
    partition.records = batch.bytes();
    const auto answer = node_.ask<protocol::ProduceResponse>(request, 12);
    EXPECT_EQ(answer.responses.at(0).partition_responses.at(0).error_code, 0);
  }
  // "2 NONE": the low watermark and the error of partition 0.
  std::string ask(std::vector<DeleteRecordsRequest::DeleteRecordsTopic> topics) {
    DeleteRecordsRequest request;
    request.topics = std::move(topics);
    request.timeout_ms = 1000;
    const auto answer = node_.ask<DeleteRecordsResponse>(request);
    EXPECT_EQ(answer.topics.size(), 1u);
    const auto& partition = answer.topics.at(0).partitions.at(0);
    return std::to_string(partition.low_watermark) + " " +
           std::string(protocol::name(protocol::from_wire(partition.error_code)));
  }
  std::string ask(std::string_view topic, std::int64_t before) { return ask({{topic, {{0, before}}}}); }

  BenchNode node_;
};

TEST_F(DeleteRecords, OnlyAPolicyOfCompactionAloneForbidsThem) {
  given("deleted", "delete");
  given("both", "compact,delete");
  given("kept", "");
  given("compacted", "compact");
  EXPECT_EQ(ask("deleted", 2), "2 NONE");
  EXPECT_EQ(ask("both", 2), "2 NONE");
  EXPECT_EQ(ask("kept", 2), "2 NONE");
  EXPECT_EQ(ask("compacted", 2), "-1 POLICY_VIOLATION");
}

TEST_F(DeleteRecords, WhatLiesBelowTheOffsetIsGoneUpToTheHighWatermark) {
  given("t", "delete");
  EXPECT_EQ(ask("t", kRecords + 1), "-1 OFFSET_OUT_OF_RANGE");
  EXPECT_EQ(ask("t", -2), "-1 OFFSET_OUT_OF_RANGE");
  EXPECT_EQ(ask("t", 3), "3 NONE");
  EXPECT_EQ(ask("t", 1), "3 NONE") << "it never goes back";
  EXPECT_EQ(ask("t", -1), "5 NONE");
}

TEST_F(DeleteRecords, APartitionThatIsNamedTwiceIsAnsweredOnceByItsLastOffset) {
  given("t", "delete");
  EXPECT_EQ(ask({{"t", {{0, 4}}}, {"t", {{0, 1}}}}), "1 NONE");
}

}  // namespace
}  // namespace millrace::broker
