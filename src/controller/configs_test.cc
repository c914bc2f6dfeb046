#include <gtest/gtest.h>

#include "controller/testing/decisions.h"
#include "protocol/gen/alter_configs.h"
#include "protocol/gen/clear_elr_record.h"
#include "protocol/gen/config_record.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/incremental_alter_configs.h"

namespace millrace::controller {
namespace {

using metadata::ResourceType;
using protocol::AlterConfigsRequest;
using protocol::AlterConfigsResponse;
using protocol::Errc;
using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;
using Configs = metadata::Image::Configs;

constexpr std::int8_t kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3;

class Settings : public ::testing::Test {
 protected:
  Settings() {
    desk_.with_broker(1);
    protocol::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.num_partitions = 1;
    topic.replication_factor = 1;
    request.timeout_ms = 1000;
    MR_ASSERT(desk_.ask<protocol::CreateTopicsResponse>(request, 7).topics[0].error_code == 0);
  }

  Errc alter(ResourceType type, std::string_view name,
             std::vector<IncrementalAlterConfigsRequest::AlterableConfig> configs, bool validate = false) {
    IncrementalAlterConfigsRequest request;
    request.validate_only = validate;
    request.resources = {{static_cast<std::int8_t>(type), name, std::move(configs)}};
    return protocol::from_wire(desk_.ask<IncrementalAlterConfigsResponse>(request, 1).responses.at(0).error_code);
  }
  Errc alter_topic(std::string_view setting, std::int8_t operation, std::optional<std::string_view> value) {
    return alter(ResourceType::topic, "t", {{setting, operation, value}});
  }
  Errc alter_group(std::string_view setting, std::string_view value) {
    return alter(ResourceType::group, "g", {{setting, kSet, value}});
  }
  Errc alter_metrics(std::string_view setting, std::string_view value) {
    return alter(ResourceType::client_metrics, "m", {{setting, kSet, value}});
  }
  Errc replace(std::vector<AlterConfigsRequest::AlterableConfig> configs) {
    AlterConfigsRequest request;
    request.resources = {{static_cast<std::int8_t>(ResourceType::topic), "t", std::move(configs)}};
    return protocol::from_wire(desk_.ask<AlterConfigsResponse>(request, 2).responses.at(0).error_code);
  }
  const Configs& topic() { return desk_.image().configs({ResourceType::topic, "t"}); }

  Desk desk_;
};

TEST_F(Settings, AreSetAndTakenBack) {
  EXPECT_EQ(alter_topic("retention.ms", kSet, "5"), Errc::none);
  EXPECT_EQ(topic(), (Configs{{"retention.ms", "5"}}));
  EXPECT_EQ(alter_topic("retention.ms", kSet, "5"), Errc::none);
  EXPECT_TRUE(desk_.recorded().empty());  // as it is
  EXPECT_EQ(alter_topic("retention.ms", kDelete, std::nullopt), Errc::none);
  EXPECT_TRUE(topic().empty());
}

TEST_F(Settings, ListsGrowAndShrinkFromTheDefault) {
  EXPECT_EQ(alter_topic("cleanup.policy", kAppend, "compact"), Errc::none);
  EXPECT_EQ(topic().at("cleanup.policy"), "delete,compact");
  EXPECT_EQ(alter_topic("cleanup.policy", kSubtract, "delete"), Errc::none);
  EXPECT_EQ(topic().at("cleanup.policy"), "compact");
  EXPECT_EQ(alter_topic("retention.ms", kAppend, "5"), Errc::invalid_config);
  EXPECT_EQ(alter_topic("cleanup.policy", kAppend, "shred"), Errc::invalid_config);
}

TEST_F(Settings, OneWrongValueKeepsTheRestFromBeingSet) {
  EXPECT_EQ(alter(ResourceType::topic, "t", {{"retention.ms", kSet, "5"}, {"no.such", kSet, "1"}}),
            Errc::invalid_config);
  EXPECT_TRUE(topic().empty());
  EXPECT_EQ(alter(ResourceType::topic, "t", {{"retention.ms", kSet, "5"}}, true), Errc::none);
  EXPECT_TRUE(topic().empty());
}

TEST_F(Settings, NeedTheirResource) {
  EXPECT_EQ(alter(ResourceType::topic, "u", {{"retention.ms", kSet, "5"}}), Errc::unknown_topic_or_partition);
  EXPECT_EQ(alter(ResourceType::topic, "", {{"retention.ms", kSet, "5"}}), Errc::invalid_request);
  EXPECT_EQ(alter(ResourceType::topic, "a b", {{"retention.ms", kSet, "5"}}), Errc::invalid_topic_exception);
  EXPECT_EQ(alter(ResourceType::broker, "7", {{"log.retention.ms", kSet, "5"}}), Errc::broker_id_not_registered);
  EXPECT_EQ(alter(ResourceType::broker, "x", {{"log.retention.ms", kSet, "5"}}), Errc::invalid_request);
  EXPECT_EQ(alter(ResourceType::broker, "", {{"log.retention.ms", kSet, "5"}}), Errc::none);
  EXPECT_EQ(alter(ResourceType::group, "", {{"consumer.session.timeout.ms", kSet, "50000"}}), Errc::invalid_request);
  EXPECT_EQ(alter(ResourceType::client_metrics, "", {{"interval.ms", kSet, "5000"}}), Errc::invalid_request);
  EXPECT_EQ(alter(static_cast<ResourceType>(3), "x", {}), Errc::unsupported_version);
}

TEST_F(Settings, OfBrokersAreRecordedAlsoWhenTheyStayTheSame) {
  EXPECT_EQ(alter(ResourceType::broker, "1", {{"log.retention.ms", kSet, "5"}}), Errc::none);
  EXPECT_EQ(alter(ResourceType::broker, "1", {{"log.retention.ms", kSet, "5"}}), Errc::none);
  EXPECT_EQ(desk_.recorded(), (std::vector<std::uint32_t>{protocol::ConfigRecord::kType}));
}

TEST_F(Settings, SmallestIsrIsTheClustersOnceReplicasStayEligible) {
  EXPECT_EQ(alter(ResourceType::broker, "1", {{"min.insync.replicas", kSet, "1"}}), Errc::none);
  desk_.with_feature("eligible.leader.replicas.version", 1);
  EXPECT_EQ(alter(ResourceType::broker, "1", {{"min.insync.replicas", kSet, "1"}}), Errc::invalid_config);
  EXPECT_EQ(alter(ResourceType::broker, "", {{"min.insync.replicas", kDelete, std::nullopt}}), Errc::invalid_config);
  EXPECT_EQ(alter_topic("min.insync.replicas", kSet, "2"), Errc::none);
  EXPECT_EQ(desk_.recorded(),
            (std::vector<std::uint32_t>{protocol::ConfigRecord::kType, protocol::ClearElrRecord::kType}));
}

TEST_F(Settings, ReplacingTakesBackWhatIsNotNamed) {
  EXPECT_EQ(replace({{"retention.ms", "5"}, {"segment.ms", "7"}}), Errc::none);
  EXPECT_EQ(replace({{"retention.ms", "6"}}), Errc::none);
  EXPECT_EQ(topic(), (Configs{{"retention.ms", "6"}}));
  EXPECT_EQ(replace({{"retention.ms", std::nullopt}}), Errc::invalid_request);
  EXPECT_EQ(replace({{"retention.ms", "soon"}}), Errc::invalid_config);
  EXPECT_EQ(topic(), (Configs{{"retention.ms", "6"}}));
}

TEST_F(Settings, ResourceNamedTwiceIsRefusedOnce) {
  IncrementalAlterConfigsRequest request;
  for (int i = 0; i < 2; ++i) request.resources.push_back({2, "t", {{"retention.ms", kSet, "5"}}});
  const auto response = desk_.ask<IncrementalAlterConfigsResponse>(request, 1);
  ASSERT_EQ(response.responses.size(), 1U);
  EXPECT_EQ(protocol::from_wire(response.responses[0].error_code), Errc::invalid_request);
}

TEST_F(Settings, ValuesLongerThanTheLogCanKeepAreRefused) {
  const std::string value(32'768, 'x');
  EXPECT_EQ(alter_group("share.auto.offset.reset", value), Errc::invalid_config);
}

TEST_F(Settings, OfGroupsStayWithinTheServersBounds) {
  EXPECT_EQ(alter_group("consumer.session.timeout.ms", "50000"), Errc::none);
  EXPECT_EQ(alter_group("consumer.session.timeout.ms", "1"), Errc::invalid_config);
  EXPECT_EQ(alter_group("consumer.heartbeat.interval.ms", "60000"), Errc::invalid_config);
  EXPECT_EQ(alter_group("share.auto.offset.reset", "never"), Errc::invalid_config);
  EXPECT_EQ(alter_group("no.such", "1"), Errc::invalid_config);
}

TEST_F(Settings, OfClientMetricsAreSelectorsAndAnInterval) {
  EXPECT_EQ(alter_metrics("interval.ms", "5000"), Errc::none);
  EXPECT_EQ(alter_metrics("interval.ms", "1"), Errc::invalid_request);
  EXPECT_EQ(alter_metrics("match", "client_id=a.*,client_source_port=9[0-9]+"), Errc::none);
  EXPECT_EQ(alter_metrics("match", "color=red"), Errc::invalid_config);
  EXPECT_EQ(alter_metrics("match", "client_id=[bad"), Errc::invalid_config);
  EXPECT_EQ(alter_metrics("no.such", "1"), Errc::invalid_request);
}

}  // namespace
}  // namespace millrace::controller
