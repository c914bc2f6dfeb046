// Quotas from the metadata to the client that has used up its own: it is told to pause, and not read meanwhile.
#include "broker/quota_host.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/testing/bench_client.h"
#include "protocol/errc.h"
#include "protocol/gen/client_quota_record.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/metadata.h"
#include "protocol/gen/produce.h"
#include "record/batch_builder.h"

namespace millrace::broker {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::Errc;
using protocol::MetadataRequest;
using protocol::MetadataResponse;
using testing::BenchClient;

constexpr std::int16_t kMetadata = 12, kCreate = 7, kProduce = 12;

class QuotaHostTest : public ::testing::Test {
 protected:
  // Of one client; without a name: of each that has none of its own.
  void limit(std::optional<std::string_view> client, std::string_view key, double value, bool remove = false) {
    protocol::ClientQuotaRecord quota;
    quota.entity = {{"client-id", client}};
    quota.key = key;
    quota.value = value;
    quota.remove = remove;
    node.record(quota);
  }
  // How long the answer to a small request says that the client is to pause; nothing without an answer.
  static std::optional<std::int32_t> pause_of(BenchClient& client) {
    client.send(MetadataRequest(), kMetadata);
    const auto answer = client.answer<MetadataResponse>(kMetadata);
    return answer ? std::optional(answer->throttle_time_ms) : std::nullopt;
  }
  // The codes of the topics that a client creates, with so many partitions each, and the pause it is told.
  struct Created {
    std::vector<Errc> codes;
    std::int32_t pause = 0;
    bool operator==(const Created&) const = default;
  };
  Created create(BenchClient& client, const std::vector<std::int32_t>& partitions) {
    CreateTopicsRequest body;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < partitions.size(); ++i) names.push_back("t" + std::to_string(i));
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      auto& topic = body.topics.emplace_back();
      topic.name = names[i];
      topic.num_partitions = partitions[i];
      topic.replication_factor = 1;
    }
    client.send(body, kCreate);
    decide();
    const auto answer = client.answer<CreateTopicsResponse>(kCreate);
    Created created;
    if (!answer) return created;
    for (const auto& topic : answer->topics) created.codes.push_back(protocol::from_wire(topic.error_code));
    created.pause = answer->throttle_time_ms;
    return created;
  }
  // A producer that wants no answer sends one record.
  void produce_silently(BenchClient& client) {
    record::BatchBuilder builder{record::BatchOptions{}};
    builder.add(node.shard().ports().clock.wall(), std::nullopt, as_bytes("v"));
    const Buffer batch = builder.build();
    protocol::ProduceRequest body;
    body.acks = 0;
    body.timeout_ms = 1000;
    auto& topic = body.topic_data.emplace_back();
    topic.name = "t";
    topic.partition_data.emplace_back().records = batch.bytes();
    client.send(body, kProduce);
    EXPECT_FALSE(client.answer<protocol::ProduceResponse>(kProduce).has_value());
  }

  testing::BenchNode node;
  BenchClient slow{node, "slow"};
  BenchClient other{node, "other"};

 private:
  // The controller makes whatever it is asked for.
  void decide() {
    for (auto& asked : std::exchange(node.quorum().asked, {})) {
      CreateTopicsRequest request;
      EXPECT_TRUE(protocol::decode_body(asked.body.bytes(), asked.version, request).ok());
      CreateTopicsResponse response;
      for (const auto& topic : request.topics) response.topics.emplace_back().name = topic.name;
      asked.answer(protocol::encode_body(response, asked.version));
    }
    node.shard().run();
  }
};

TEST_F(QuotaHostTest, WhoTakesMoreThanItsPercentageOfTimeIsHeldForAWindow) {
  limit("slow", "request_percentage", 1);
  node.shard().between_looks = Nanos(500'000'000);  // a request takes half a second: 5 % of the ten that count
  EXPECT_EQ(pause_of(slow), 1000);
  EXPECT_TRUE(slow.muted());
  EXPECT_EQ(pause_of(other), 0);
  EXPECT_FALSE(other.muted());
  EXPECT_EQ(pause_of(slow), std::nullopt) << "what comes meanwhile is not read";
  node.shard().advance(Millis(999));
  EXPECT_TRUE(slow.muted());
  EXPECT_EQ(slow.answer<MetadataResponse>(kMetadata), std::nullopt);
  node.shard().advance(Millis(1));
  EXPECT_TRUE(slow.answer<MetadataResponse>(kMetadata).has_value()) << "what has come is not lost";
}

TEST_F(QuotaHostTest, WithinItsPercentageOfTimeNobodyIsHeld) {
  limit("slow", "request_percentage", 6);
  node.shard().between_looks = Nanos(500'000'000);
  EXPECT_EQ(pause_of(slow), 0);
  EXPECT_FALSE(slow.muted());
  EXPECT_EQ(pause_of(slow), 1000) << "twice is 10 %";
}

TEST_F(QuotaHostTest, ADefaultIsALimitForEachClientUntilItIsTakenBack) {
  limit(std::nullopt, "request_percentage", 6);
  limit("other", "request_percentage", 50);
  node.shard().between_looks = Nanos(500'000'000);
  BenchClient third(node, "third");
  for (const std::int32_t pause : {0, 1000}) {
    EXPECT_EQ(pause_of(slow), pause);
    EXPECT_EQ(pause_of(third), pause);
    EXPECT_EQ(pause_of(other), 0);
  }
  node.shard().advance(Millis(1000));
  limit(std::nullopt, "request_percentage", 0, true);
  EXPECT_EQ(pause_of(slow), 0);
}

TEST_F(QuotaHostTest, PartitionsBeyondTheRateAreRefusedAndTheClientHeldUntilTheyArePaidFor) {
  limit("slow", "controller_mutation_rate", 1);
  // The bucket holds what eleven seconds bring: after 12 partitions one second's worth is owed.
  EXPECT_EQ(create(slow, {12, 1}), (Created{{Errc::none, Errc::throttling_quota_exceeded}, 1000}));
  EXPECT_TRUE(slow.muted());
  EXPECT_EQ(create(other, {12, 1}), (Created{{Errc::none, Errc::none}, 0}));
  EXPECT_FALSE(other.muted());
  node.shard().advance(Millis(999));
  EXPECT_TRUE(slow.muted());
  node.shard().advance(Millis(1));
  EXPECT_FALSE(slow.muted());
  EXPECT_EQ(create(slow, {1}), (Created{{Errc::none}, 0}));
}

TEST_F(QuotaHostTest, AProducerThatWantsNoAnswerIsHeldByItsBytesAndNotByItsTime) {
  node.topic("t");
  limit("slow", "producer_byte_rate", 1);
  limit("other", "request_percentage", 1);
  node.shard().between_looks = Nanos(500'000'000);
  produce_silently(slow);
  EXPECT_TRUE(slow.muted());
  produce_silently(other);
  EXPECT_FALSE(other.muted());
}

}  // namespace
}  // namespace millrace::broker
