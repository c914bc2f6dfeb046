#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "broker/limits.h"
#include "broker/testing/bench_node.h"
#include "protocol/errc.h"
#include "protocol/gen/produce.h"
#include "record/batch_builder.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using protocol::ProduceRequest;
using protocol::ProduceResponse;
using testing::BenchNode;

constexpr std::int16_t kByName = 12;

// One record; compressed, it is small and takes long to unpack.
Buffer batch_of(std::size_t value_bytes) {
  record::BatchOptions options;
  options.codec = record::Codec::zstd;
  record::BatchBuilder builder(options);
  const std::string value(value_bytes, 'x');
  builder.add(WallTime(1'700'000'000'000), as_bytes("k"), as_bytes(value));
  return builder.build();
}

ProduceRequest asking(std::vector<Bytes> batches) {
  ProduceRequest body;
  body.acks = 1;
  body.timeout_ms = 1000;
  auto& topic = body.topic_data.emplace_back();
  topic.name = "t";
  for (std::size_t i = 0; i < batches.size(); ++i) {
    auto& partition = topic.partition_data.emplace_back();
    partition.index = static_cast<std::int32_t>(i);
    partition.records = batches[i];
  }
  return body;
}

TEST(Produce, ABatchThatTakesLongIsValidatedAsAJobAndHoldsUpNoOtherConnection) {
  BenchNode node;
  node.topic("t", 2);
  const Buffer small = batch_of(10), large = batch_of(kValidatedHere + 1);
  node.ask<ProduceResponse>(asking({small.bytes(), small.bytes()}), kByName);
  node.shard().hold_jobs = true;
  const ProduceRequest body = asking({small.bytes(), large.bytes()});
  const RequestPtr request = node.send(protocol::ApiKey::produce, kByName, protocol::encode_body(body, kByName));
  EXPECT_FALSE(request->answered());
  EXPECT_TRUE(request->holds_up());
  const auto other = node.ask<ProduceResponse>(asking({small.bytes()}), kByName);
  EXPECT_EQ(other.responses[0].partition_responses[0].base_offset, 1);
  node.shard().hold_jobs = false;
  node.shard().release();
  node.shard().run();
  EXPECT_TRUE(request->answered());
  EXPECT_FALSE(request->holds_up());
  const auto next = node.ask<ProduceResponse>(asking({small.bytes(), small.bytes()}), kByName);
  EXPECT_EQ(next.responses[0].partition_responses[0].base_offset, 3);
  EXPECT_EQ(next.responses[0].partition_responses[1].base_offset, 2);
}

TEST(Produce, WhatAJobRefusesIsAnsweredAsOnTheShard) {
  BenchNode node;
  node.topic("t", 2);
  Buffer damaged = batch_of(16 * kValidatedHere);
  damaged.data()[damaged.size() - 1] ^= std::byte{1};
  const Buffer large = batch_of(kValidatedHere + 1);
  const auto answer = node.ask<ProduceResponse>(asking({large.bytes(), damaged.bytes()}), kByName);
  const auto& partitions = answer.responses[0].partition_responses;
  EXPECT_EQ(partitions[0].error_code, 0);
  EXPECT_EQ(partitions[0].base_offset, 0);
  EXPECT_EQ(partitions[1].error_code, protocol::to_wire(protocol::Errc::corrupt_message));
  EXPECT_EQ(partitions[1].base_offset, -1);
}

std::vector<Errc> errors_of(const ProduceResponse& answer) {
  std::vector<Errc> errors;
  for (const auto& partition : answer.responses.at(0).partition_responses) {
    errors.push_back(protocol::from_wire(partition.error_code));
  }
  return errors;
}

TEST(Produce, UnknownAcksAreRefusedAfterWhatTheRequestShowsAndBeforeWhatTheLogWouldFind) {
  BenchNode node;
  node.topic("t", 4);
  const Buffer good = batch_of(10);
  Buffer damaged = batch_of(10);
  damaged.data()[damaged.size() - 1] ^= std::byte{1};
  const Bytes cut = good.bytes().first(good.size() - 1);
  const std::string two = std::string(as_text(good.bytes())) + std::string(as_text(good.bytes()));
  ProduceRequest body = asking({good.bytes(), damaged.bytes(), cut, as_bytes(two), good.bytes()});
  EXPECT_EQ(errors_of(node.ask<ProduceResponse>(body, kByName)),
            (std::vector{Errc::none, Errc::corrupt_message, Errc::invalid_record, Errc::invalid_record,
                         Errc::unknown_topic_or_partition}));
  body.acks = 2;
  EXPECT_EQ(errors_of(node.ask<ProduceResponse>(body, kByName)),
            (std::vector{Errc::invalid_required_acks, Errc::invalid_required_acks, Errc::invalid_record,
                         Errc::invalid_record, Errc::unknown_topic_or_partition}));
  const auto next = node.ask<ProduceResponse>(asking({good.bytes()}), kByName);
  EXPECT_EQ(next.responses[0].partition_responses[0].base_offset, 1) << "nothing was appended with unknown acks";
}

TEST(Produce, ZstdBeforeItsVersionIsRefusedWhateverTheAcks) {
  constexpr std::int16_t kBeforeZstd = 6;
  BenchNode node;
  node.topic("t");
  const Buffer batch = batch_of(10);
  ProduceRequest body = asking({batch.bytes()});
  for (const std::int16_t acks : {std::int16_t{1}, std::int16_t{2}}) {
    body.acks = acks;
    EXPECT_EQ(errors_of(node.ask<ProduceResponse>(body, kBeforeZstd)),
              std::vector{Errc::unsupported_compression_type});
  }
}

TEST(Produce, UnknownAcksAreRefusedBeforeATopicOfTheClusterItself) {
  BenchNode node;
  node.topic("__transaction_state");
  const Buffer batch = batch_of(10);
  ProduceRequest body = asking({batch.bytes()});
  body.topic_data[0].name = "__transaction_state";
  EXPECT_EQ(errors_of(node.ask<ProduceResponse>(body, kByName)), std::vector{Errc::invalid_topic_exception});
  body.acks = -2;
  EXPECT_EQ(errors_of(node.ask<ProduceResponse>(body, kByName)), std::vector{Errc::invalid_required_acks});
}

}  // namespace
}  // namespace millrace::broker
