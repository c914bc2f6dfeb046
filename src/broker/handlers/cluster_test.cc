#include <gtest/gtest.h>

#include <string>

#include "broker/testing/bench_node.h"
#include "protocol/gen/client_quota_record.h"
#include "protocol/gen/describe_acls.h"
#include "protocol/gen/describe_client_quotas.h"
#include "protocol/gen/describe_cluster.h"
#include "protocol/gen/describe_producers.h"
#include "protocol/gen/describe_topic_partitions.h"
#include "protocol/gen/describe_user_scram_credentials.h"
#include "protocol/gen/list_transactions.h"
#include "protocol/gen/offset_for_leader_epoch.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using testing::BenchNode;

template <typename Answer>
Errc error_of(const Answer& answer) {
  return protocol::from_wire(answer.error_code);
}

TEST(DescribeCluster, TellsTheBrokersByABrokersListener) {
  using protocol::DescribeClusterResponse;
  BenchNode node;
  const auto answer = node.ask<DescribeClusterResponse>(protocol::DescribeClusterRequest());
  EXPECT_EQ(error_of(answer), Errc::none);
  ASSERT_EQ(answer.brokers.size(), 1u);
  EXPECT_EQ(answer.brokers[0].port, 9092);
  EXPECT_EQ(answer.controller_id, 1);
}

TEST(DescribeCluster, RefusesTheOtherEndpoint) {
  using protocol::DescribeClusterResponse;
  BenchNode node;
  protocol::DescribeClusterRequest request;
  request.endpoint_type = 2;
  EXPECT_EQ(error_of(node.ask<DescribeClusterResponse>(request)), Errc::mismatched_endpoint_type);
  request.endpoint_type = 3;
  EXPECT_EQ(error_of(node.ask<DescribeClusterResponse>(request)), Errc::unsupported_endpoint_type);
  node.by = &node.controllers;
  request.endpoint_type = 1;
  EXPECT_EQ(error_of(node.ask<DescribeClusterResponse>(request)), Errc::mismatched_endpoint_type);
  EXPECT_EQ(error_of(node.ask<DescribeClusterResponse>(request, 0)), Errc::invalid_request);
}

// "a:0,1 b:0 next c/0"
std::string page(BenchNode& node, const protocol::DescribeTopicPartitionsRequest& request) {
  const auto answer = node.ask<protocol::DescribeTopicPartitionsResponse>(request);
  std::string text;
  for (const auto& topic : answer.topics) {
    text += std::string(topic.name.value_or("null")) + ":";
    if (topic.error_code != 0) text += protocol::name(protocol::from_wire(topic.error_code));
    for (const auto& partition : topic.partitions) text += std::to_string(partition.partition_index) + ",";
    text += " ";
  }
  if (answer.next_cursor) {
    text += "next " + std::string(answer.next_cursor->topic_name) + "/" +
            std::to_string(answer.next_cursor->partition_index);
  }
  return text;
}

TEST(DescribeTopicPartitions, GoesOnWhereThePageBeforeEnded) {
  BenchNode node;
  node.topic("b", 2);
  node.topic("a", 2);
  protocol::DescribeTopicPartitionsRequest request;
  request.response_partition_limit = 3;
  EXPECT_EQ(page(node, request), "a:0,1, b:0, next b/1");
  request.cursor = {"b", 1};
  EXPECT_EQ(page(node, request), "b:1, ");
  request.cursor = std::nullopt;
  request.response_partition_limit = 2;
  EXPECT_EQ(page(node, request), "a:0,1, next b/0");
}

TEST(DescribeTopicPartitions, NamesWhatIsWrong) {
  BenchNode node;
  node.topic("a");
  protocol::DescribeTopicPartitionsRequest request;
  request.topics = {{"none"}, {"a b"}, {"a"}};
  EXPECT_EQ(page(node, request), "a:0, a b:INVALID_TOPIC_EXCEPTION none:UNKNOWN_TOPIC_OR_PARTITION ");
  request.topics = {{"a"}};
  request.cursor = {"other", 0};
  EXPECT_EQ(page(node, request), "a:INVALID_REQUEST ");
  request.cursor = {"a", -1};
  EXPECT_EQ(page(node, request), "a:INVALID_REQUEST ");
}

TEST(OffsetForLeaderEpoch, AnswersByEpochAndFencesWhoIsBehind) {
  BenchNode node;
  node.topic("a");
  const auto ask = [&](std::string_view topic, std::int32_t partition, std::int32_t current, std::int32_t epoch) {
    protocol::OffsetForLeaderEpochRequest request;
    request.topics.push_back({topic, {{partition, current, epoch}}});
    const auto answer = node.ask<protocol::OffsetForLeaderEpochResponse>(request);
    const auto& found = answer.topics.at(0).partitions.at(0);
    return std::string(protocol::name(protocol::from_wire(found.error_code))) + " " +
           std::to_string(found.leader_epoch) + "@" + std::to_string(found.end_offset);
  };
  EXPECT_EQ(ask("a", 0, -1, 0), "NONE 0@0");
  EXPECT_EQ(ask("a", 0, -1, 5), "NONE -1@-1");
  EXPECT_EQ(ask("a", 0, -1, -1), "NONE -1@-1");
  EXPECT_EQ(ask("a", 0, 1, 0), "UNKNOWN_LEADER_EPOCH -1@-1");
  EXPECT_EQ(ask("a", 1, -1, 0), "UNKNOWN_TOPIC_OR_PARTITION -1@-1");
  EXPECT_EQ(ask("none", 0, -1, 0), "UNKNOWN_TOPIC_OR_PARTITION -1@-1");
}

TEST(DescribeProducers, NamesWhatIsWrongWithAPartition) {
  BenchNode node;
  node.topic("a");
  protocol::DescribeProducersRequest request;
  request.topics = {{"a", {0, 7}}, {"none", {0}}, {"a b", {0}}};
  const auto answer = node.ask<protocol::DescribeProducersResponse>(request);
  EXPECT_EQ(error_of(answer.topics.at(0).partitions.at(0)), Errc::none);
  EXPECT_EQ(error_of(answer.topics[0].partitions.at(1)), Errc::unknown_topic_or_partition);
  EXPECT_EQ(error_of(answer.topics.at(1).partitions.at(0)), Errc::unknown_topic_or_partition);
  EXPECT_EQ(error_of(answer.topics.at(2).partitions.at(0)), Errc::invalid_topic_exception);
}

TEST(DescribeAcls, WithoutAnAuthorizerThereIsNoSecurity) {
  BenchNode node;
  protocol::DescribeAclsRequest request;
  request.resource_type_filter = request.pattern_type_filter = request.operation = request.permission_type = 1;
  EXPECT_EQ(error_of(node.ask<protocol::DescribeAclsResponse>(request)), Errc::security_disabled);
  request.operation = 0;
  EXPECT_TRUE(node.send(request.kApi, 3, protocol::encode_body(request, 3))->hangs_up());
}

TEST(DescribeClientQuotas, RefusesAFilterThatCannotBe) {
  BenchNode node;
  const auto ask = [&](std::vector<protocol::DescribeClientQuotasRequest::ComponentData> components) {
    protocol::DescribeClientQuotasRequest request;
    request.components = std::move(components);
    return error_of(node.ask<protocol::DescribeClientQuotasResponse>(request));
  };
  EXPECT_EQ(ask({}), Errc::none);
  EXPECT_EQ(ask({{"", 0, "x"}}), Errc::invalid_request);
  EXPECT_EQ(ask({{"color", 0, "x"}}), Errc::unsupported_version);
  EXPECT_EQ(ask({{"user", 0, std::nullopt}}), Errc::invalid_request);
  EXPECT_EQ(ask({{"user", 2, "x"}}), Errc::invalid_request);
  EXPECT_EQ(ask({{"user", 9, std::nullopt}}), Errc::invalid_request);
  EXPECT_EQ(ask({{"user", 2, std::nullopt}, {"user", 2, std::nullopt}}), Errc::invalid_request);
  EXPECT_EQ(ask({{"ip", 2, std::nullopt}, {"user", 2, std::nullopt}}), Errc::invalid_request);
}

// As Kafka 4.3.1 gives them: the order of its hash tables, not of the alphabet.
TEST(DescribeClientQuotas, AnswersInKafkasOrder) {
  BenchNode node;
  protocol::ClientQuotaRecord record;
  record.value = 1000;
  for (const bool client : {true, false}) {
    record.entity = {{"user", "User1"}};
    if (client) record.entity.push_back({"client-id", "Client1"});
    for (const char* key : {"producer_byte_rate", "consumer_byte_rate", "request_percentage"}) {
      record.key = key;
      node.record(record);
    }
  }
  protocol::DescribeClientQuotasRequest request;
  request.components = {{"user", 0, "User1"}};
  std::string text;
  const auto answer = node.ask<protocol::DescribeClientQuotasResponse>(request);
  for (const auto& entry : answer.entries.value()) {
    for (const auto& part : entry.entity) text += std::string(part.entity_type) + " ";
    for (const auto& value : entry.values) text += std::string(value.key) + " ";
  }
  EXPECT_EQ(text,
            "user consumer_byte_rate request_percentage producer_byte_rate "
            "client-id user consumer_byte_rate request_percentage producer_byte_rate ");
}

TEST(DescribeUserScramCredentials, NamesStrangersAndDoubles) {
  BenchNode node;
  protocol::DescribeUserScramCredentialsRequest request;
  request.users = {{{"a"}, {"b"}, {"a"}}};
  const auto answer = node.ask<protocol::DescribeUserScramCredentialsResponse>(request);
  ASSERT_EQ(answer.results.size(), 2u);
  EXPECT_EQ(error_of(answer.results[0]), Errc::duplicate_resource);
  EXPECT_EQ(error_of(answer.results[1]), Errc::resource_not_found);
}

TEST(ListTransactions, KnowsTheStates) {
  BenchNode node;
  protocol::ListTransactionsRequest request;
  request.state_filters = {"Ongoing", "ongoing"};
  const auto answer = node.ask<protocol::ListTransactionsResponse>(request);
  ASSERT_EQ(answer.unknown_state_filters.size(), 1u);
  EXPECT_EQ(answer.unknown_state_filters[0], "ongoing");
}

}  // namespace
}  // namespace millrace::broker
