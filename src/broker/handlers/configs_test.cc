#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "broker/testing/bench_node.h"
#include "protocol/gen/alter_configs.h"
#include "protocol/gen/describe_configs.h"
#include "protocol/gen/incremental_alter_configs.h"
#include "protocol/gen/list_config_resources.h"

namespace millrace::broker {
namespace {

using metadata::ResourceType;
using protocol::AlterConfigsRequest;
using protocol::AlterConfigsResponse;
using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using protocol::Errc;
using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;
using protocol::ListConfigResourcesRequest;
using protocol::ListConfigResourcesResponse;
using testing::BenchNode;

DescribeConfigsRequest about(ResourceType type, std::string_view name) {
  DescribeConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = static_cast<std::int8_t>(type);
  resource.resource_name = name;
  resource.configuration_keys = std::nullopt;
  return request;
}

Errc error_of(BenchNode& node, ResourceType type, std::string_view name) {
  return protocol::from_wire(node.ask<DescribeConfigsResponse>(about(type, name)).results.at(0).error_code);
}

std::string value_of(BenchNode& node, ResourceType type, std::string_view name, std::string_view setting) {
  const auto answer = node.ask<DescribeConfigsResponse>(about(type, name));
  for (const auto& config : answer.results.at(0).configs) {
    if (config.name == setting) return std::string(config.value.value_or("null"));
  }
  return "absent";
}

IncrementalAlterConfigsRequest change(ResourceType type, std::string_view name, std::string_view setting,
                                      std::int8_t operation, std::optional<std::string_view> value) {
  IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = static_cast<std::int8_t>(type);
  resource.resource_name = name;
  resource.configs.push_back({setting, operation, value});
  return request;
}

Errc refused(BenchNode& node, const IncrementalAlterConfigsRequest& request) {
  const auto answer = node.ask<IncrementalAlterConfigsResponse>(request);
  EXPECT_TRUE(node.quorum().asked.empty());
  return protocol::from_wire(answer.responses.at(0).error_code);
}

TEST(DescribeConfigs, ShowsWhatIsInForceForATopic) {
  BenchNode node;
  node.topic("orders");
  node.set(ResourceType::topic, "orders", "retention.ms", "77");
  EXPECT_EQ(value_of(node, ResourceType::topic, "orders", "retention.ms"), "77");
  EXPECT_EQ(value_of(node, ResourceType::topic, "orders", "segment.bytes"), "1073741824");
}

TEST(DescribeConfigs, ShowsADynamicBrokerSettingAtOnce) {
  BenchNode node;
  node.set(ResourceType::broker, "1", "max.connections", "7");
  EXPECT_EQ(value_of(node, ResourceType::broker, "1", "max.connections"), "7");
}

TEST(DescribeConfigs, NamesWhatIsWrongWithAResource) {
  BenchNode node;
  EXPECT_EQ(error_of(node, ResourceType::topic, "none"), Errc::unknown_topic_or_partition);
  EXPECT_EQ(error_of(node, ResourceType::topic, "a b"), Errc::invalid_topic_exception);
  for (const auto* name : {"2", "abc", " 1", "1.0", "99999999999"}) {
    EXPECT_EQ(error_of(node, ResourceType::broker, name), Errc::invalid_request) << name;
  }
  EXPECT_EQ(error_of(node, ResourceType::broker, ""), Errc::none);
  EXPECT_EQ(error_of(node, ResourceType::broker_logger, ""), Errc::invalid_request);
  EXPECT_EQ(error_of(node, ResourceType::group, ""), Errc::invalid_request);
  EXPECT_EQ(error_of(node, ResourceType::client_metrics, ""), Errc::invalid_request);
}

TEST(DescribeConfigs, AnUnknownTypeSpoilsTheWholeRequest) {
  BenchNode node;
  auto request = about(ResourceType::broker, "1");
  request.resources.push_back({3, "x", std::nullopt});
  const auto answer = node.ask<DescribeConfigsResponse>(request);
  ASSERT_EQ(answer.results.size(), 2u);
  for (const auto& result : answer.results) {
    EXPECT_EQ(result.error_code, protocol::to_wire(Errc::invalid_request));
    EXPECT_TRUE(result.configs.empty());
  }
}

TEST(DescribeConfigs, GivesOnlyTheKeysThatAreAskedFor) {
  BenchNode node;
  auto request = about(ResourceType::broker, "1");
  request.resources[0].configuration_keys = {{"num.io.threads", "no.such"}};
  const auto answer = node.ask<DescribeConfigsResponse>(request);
  ASSERT_EQ(answer.results.at(0).configs.size(), 1u);
  EXPECT_EQ(answer.results[0].configs[0].name, "num.io.threads");
}

TEST(IncrementalAlterConfigs, TheBrokerRefusesWhatItCannotDo) {
  BenchNode node;
  EXPECT_EQ(refused(node, change(ResourceType::broker, "1", "node.id", 0, "3")), Errc::invalid_request);
  EXPECT_EQ(refused(node, change(ResourceType::broker, "2", "log.cleaner.threads", 0, "1")), Errc::invalid_request);
  EXPECT_EQ(refused(node, change(ResourceType::broker, "1", "log.cleaner.threads", 2, "1")), Errc::invalid_config);
  EXPECT_EQ(refused(node, change(ResourceType::broker, "1", "no.such", 2, "1")), Errc::invalid_config);
  EXPECT_EQ(refused(node, change(ResourceType::broker, "1", "max.connections", 9, "1")), Errc::invalid_request);
  EXPECT_EQ(refused(node, change(ResourceType::topic, "x", "retention.ms", 0, std::nullopt)), Errc::invalid_request);
  EXPECT_EQ(refused(node, change(static_cast<ResourceType>(3), "x", "a", 0, "b")), Errc::invalid_request);
  auto twice = change(ResourceType::topic, "x", "retention.ms", 0, "1");
  twice.resources[0].configs.push_back({"retention.ms", 1, std::nullopt});
  EXPECT_EQ(refused(node, twice), Errc::invalid_request);
}

TEST(IncrementalAlterConfigs, WhatIsLeftGoesToTheControllerAndTheAnswersComeTogether) {
  BenchNode node;
  auto request = change(ResourceType::broker, "1", "node.id", 0, "3");
  request.resources.push_back(change(ResourceType::topic, "t", "retention.ms", 0, "5").resources[0]);
  const auto sent = node.send(request.kApi, 1, protocol::encode_body(request, 1));
  EXPECT_FALSE(sent->answered());
  ASSERT_EQ(node.quorum().asked.size(), 1u);
  IncrementalAlterConfigsRequest asked;
  ASSERT_TRUE(protocol::decode_body(node.quorum().asked[0].body.bytes(), 1, asked).ok());
  ASSERT_EQ(asked.resources.size(), 1u);
  EXPECT_EQ(asked.resources[0].resource_name, "t");
  IncrementalAlterConfigsResponse decided;
  decided.responses.push_back({protocol::to_wire(Errc::unknown_topic_or_partition), "none", 2, "t"});
  node.quorum().asked[0].answer(protocol::encode_body(decided, 1));
  EXPECT_TRUE(sent->answered());
}

TEST(IncrementalAlterConfigs, ALoggersLevelIsSetHereAndShown) {
  BenchNode node;
  EXPECT_EQ(refused(node, change(ResourceType::broker_logger, "1", "kafka.request.logger", 0, "DEBUG")), Errc::none);
  EXPECT_EQ(value_of(node, ResourceType::broker_logger, "1", "kafka.request.logger"), "DEBUG");
  EXPECT_EQ(value_of(node, ResourceType::broker_logger, "1", "root"), "INFO");
  EXPECT_EQ(refused(node, change(ResourceType::broker_logger, "1", "kafka.request.logger", 1, std::nullopt)),
            Errc::none);
  EXPECT_EQ(value_of(node, ResourceType::broker_logger, "1", "kafka.request.logger"), "INFO");
  EXPECT_EQ(refused(node, change(ResourceType::broker_logger, "1", "root", 0, "LOUD")), Errc::invalid_config);
  EXPECT_EQ(refused(node, change(ResourceType::broker_logger, "1", "none", 0, "INFO")), Errc::invalid_config);
  EXPECT_EQ(refused(node, change(ResourceType::broker_logger, "1", "root", 1, std::nullopt)), Errc::invalid_request);
  EXPECT_EQ(refused(node, change(ResourceType::broker_logger, "1", "root", 2, "INFO")), Errc::invalid_request);
}

TEST(IncrementalAlterConfigs, OnlyValidatedLevelsStay) {
  BenchNode node;
  auto request = change(ResourceType::broker_logger, "1", "root", 0, "ERROR");
  request.validate_only = true;
  EXPECT_EQ(refused(node, request), Errc::none);
  EXPECT_EQ(value_of(node, ResourceType::broker_logger, "1", "root"), "INFO");
}

TEST(AlterConfigs, HasNoLoggersAndOneOfEachResource) {
  BenchNode node;
  AlterConfigsRequest request;
  request.resources.push_back({8, "1", {}});
  request.resources.push_back({2, "t", {}});
  request.resources.push_back({2, "t", {}});
  const auto answer = node.ask<AlterConfigsResponse>(request);
  ASSERT_EQ(answer.responses.size(), 3u);
  for (const auto& response : answer.responses) {
    EXPECT_EQ(response.error_code, protocol::to_wire(Errc::invalid_request));
  }
}

TEST(ListConfigResources, ListsByTypeAndRefusesOthers) {
  BenchNode node;
  node.topic("orders");
  node.set(ResourceType::group, "g", "consumer.session.timeout.ms", "50000");
  node.set(ResourceType::client_metrics, "m", "interval.ms", "1000");
  ListConfigResourcesRequest request;
  const auto listed = [&](std::int16_t version) {
    std::string text;
    for (const auto& resource : node.ask<ListConfigResourcesResponse>(request, version).config_resources) {
      text += std::to_string(resource.resource_type) + ":" + std::string(resource.resource_name) + " ";
    }
    return text;
  };
  EXPECT_EQ(listed(1), "32:g 16:m 8:1 4:1 2:orders ");
  EXPECT_EQ(listed(0), "16:m ");
  request.resource_types = {2, 32};
  EXPECT_EQ(listed(1), "32:g 2:orders ");
  request.resource_types = {2, 1};
  EXPECT_EQ(node.ask<ListConfigResourcesResponse>(request).error_code, protocol::to_wire(Errc::unsupported_version));
}

TEST(Configs, ProducersExpireAsTheRunningServerIsTold) {
  BenchNode node;
  node.topic("orders");
  node.set(ResourceType::broker, "", "producer.id.expiration.ms", "5000");
  EXPECT_EQ(node.broker().rules().of("orders").log.producer_expiry, Millis(5000));
}

TEST(Configs, SettingsThatAreReadAgainCountAtOnceBelowWhatWasSetOnTheRunningServer) {
  BenchNode node({"log.retention.ms=1000"});
  node.topic("orders");
  auto settings = node.broker().config().explicit_settings;
  settings["log.retention.ms"].text = "2000";
  node.broker().take_settings(settings);
  EXPECT_EQ(node.broker().rules().of("orders").log.retention, Millis(2000));
  EXPECT_EQ(value_of(node, ResourceType::broker, "1", "log.retention.ms"), "2000");
  node.set(ResourceType::broker, "1", "log.retention.ms", "3000");
  settings["log.retention.ms"].text = "4000";
  node.broker().take_settings(settings);
  EXPECT_EQ(node.broker().rules().of("orders").log.retention, Millis(3000));
}

}  // namespace
}  // namespace millrace::broker
