#include <gtest/gtest.h>

#include <string>

#include "broker/testing/bench_node.h"
#include "protocol/errc.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/produce.h"
#include "record/batch_builder.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using protocol::FetchRequest;
using protocol::FetchResponse;
using testing::BenchNode;

constexpr std::int16_t kByName = 12;
constexpr std::int32_t kStranger = 5;  // a node that is no replica of anything here

constexpr std::int8_t kCommitted = 1;

// Topics t and u with one partition of one record each, in epoch 0.
class Fetch : public ::testing::Test {
 protected:
  Fetch() {
    write("t");
    write("u");
  }
  void write(const char* name) {
    node_.topic(name);
    record::BatchBuilder builder{record::BatchOptions{}};
    builder.add(node_.shard().ports().clock.wall(), as_bytes("k"), as_bytes("v"));
    const Buffer batch = builder.build();
    protocol::ProduceRequest request;
    request.acks = 1;
    request.timeout_ms = 1000;
    auto& topic = request.topic_data.emplace_back();
    topic.name = name;
    topic.partition_data.emplace_back().records = batch.bytes();
    const auto answer = node_.ask<protocol::ProduceResponse>(request, kByName);
    EXPECT_EQ(answer.responses.at(0).partition_responses.at(0).error_code, 0);
  }
  FetchResponse::PartitionData ask(const FetchRequest::FetchPartition& partition, std::int8_t isolation = 0,
                                   std::int32_t replica = -1) {
    FetchRequest request;
    request.replica_id = replica;
    request.isolation_level = isolation;
    request.topics.push_back({"t", {}, {partition}});
    return node_.ask<FetchResponse>(request, kByName).responses.at(0).partitions.at(0);
  }

  BenchNode node_;
};

TEST_F(Fetch, AFollowerThatIsNoneHereIsToldOfAnEpochThatIsNotKnown) {
  const auto error_in = [&](std::int32_t epoch) {
    FetchRequest::FetchPartition partition;
    partition.current_leader_epoch = epoch;
    partition.partition_max_bytes = 1000;
    return protocol::from_wire(ask(partition, 0, kStranger).error_code);
  };
  EXPECT_EQ(error_in(-1), Errc::not_leader_or_follower);
  EXPECT_EQ(error_in(0), Errc::unknown_leader_epoch);
  EXPECT_EQ(error_in(5), Errc::unknown_leader_epoch);
}

TEST_F(Fetch, WhereLogsPartNothingIsSaidOfAbortedTransactions) {
  FetchRequest::FetchPartition partition;
  partition.partition_max_bytes = 1000;
  partition.fetch_offset = 1;
  const auto whole = ask(partition, kCommitted);
  ASSERT_TRUE(whole.aborted_transactions.has_value());
  EXPECT_TRUE(whole.aborted_transactions->empty());
  partition.fetch_offset = 100;
  partition.last_fetched_epoch = 0;
  const auto parted = ask(partition, kCommitted);
  EXPECT_EQ(parted.error_code, 0);
  EXPECT_EQ(parted.diverging_epoch.epoch, 0);
  EXPECT_EQ(parted.diverging_epoch.end_offset, 1);
  EXPECT_FALSE(parted.aborted_transactions.has_value());
}

}  // namespace
}  // namespace millrace::broker
