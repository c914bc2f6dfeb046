#include "client/admin/cluster_ops.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/admin/configs.h"
#include "client/admin/groups.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/alter_partition_reassignments.h"
#include "protocol/gen/describe_cluster.h"
#include "protocol/gen/describe_configs.h"
#include "protocol/gen/list_groups.h"

namespace millrace::client {
namespace {

using admin::ConfigItems;
using protocol::AlterPartitionReassignmentsRequest;
using protocol::AlterPartitionReassignmentsResponse;
using protocol::DescribeClusterRequest;
using protocol::DescribeClusterResponse;
using testing::ScriptedCluster;

// Two brokers, of which the second has agreed to another level of a feature, and knows that there are both.
class ClusterOps : public ::testing::Test {
 protected:
  ClusterOps() {
    brokers_.broker(1).transaction_version = 2;
    for (const std::int32_t id : {0, 1}) {
      brokers_.broker(id).on<DescribeClusterRequest, DescribeClusterResponse>([this](const auto& request, auto) {
        asked_of_ = request.endpoint_type;
        DescribeClusterResponse response;
        response.cluster_id = "c";
        response.controller_id = 0;
        response.brokers = {{0, "b0", 9092, std::nullopt, false}, {1, "b1", 9092, std::nullopt, false}};
        return response;
      });
      brokers_.broker(id).on<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
          [this](const auto& request, auto) {
            factor_may_change_ = request.allow_replication_factor_change;
            AlterPartitionReassignmentsResponse response;
            response.responses = {{"t", {{0, 0, std::nullopt}}}};
            return response;
          });
    }
  }
  Result<FeatureDescription> features(std::optional<std::int32_t> node) {
    std::optional<Result<FeatureDescription>> found;
    admin::describe_features(core(), node, Millis(5000), [&](Result<FeatureDescription> answer) { found = answer; });
    ports_.advance(Millis(6000));
    return found.value();
  }
  Result<ClusterDescription> describe(bool fenced) {
    std::optional<Result<ClusterDescription>> found;
    admin::describe_cluster(core(), fenced, Millis(5000), [&](Result<ClusterDescription> answer) { found = answer; });
    ports_.advance(Millis(6000));
    return found.value();
  }
  void without_describe_cluster() {
    for (const std::int32_t id : {0, 1}) brokers_.broker(id).offer(protocol::ApiKey::describe_cluster, {1, 0});
  }
  Result<Items<TopicPartition>> move(bool factor_may_change) {
    std::optional<Result<Items<TopicPartition>>> moved;
    admin::alter_reassignments(core(), {{{"t", 0}, std::vector<std::int32_t>{1}}}, factor_may_change, Millis(5000),
                               [&](Result<Items<TopicPartition>> items) { moved = items; });
    ports_.advance(Millis(6000));
    return moved.value();
  }
  AdminCore& core() {
    if (!core_) core_ = std::make_unique<AdminCore>(ports_.shard(), options_, Millis(10'000), 1000);
    return *core_;
  }

  testing::FakePorts ports_;
  ScriptedCluster brokers_{ports_, 2};
  ClusterOptions options_ = ScriptedCluster::options();
  std::unique_ptr<AdminCore> core_;
  int asked_of_ = 0;
  std::optional<bool> factor_may_change_;
};

TEST_F(ClusterOps, FeaturesAreThoseOfTheNodeThatIsNamed) {
  const auto first = features(0);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->finalized.empty());
  const auto second = features(1);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->finalized.at("transaction.version"), 2);
  EXPECT_EQ(asked_of_, 1);
}

TEST_F(ClusterOps, AControllerIsFoundWithoutMetadata) {
  options_.bootstrap_controllers = true;
  for (const std::int32_t id : {0, 1}) brokers_.broker(id).offer(protocol::ApiKey::metadata, {1, 0});
  const auto found = features(1);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->finalized.at("transaction.version"), 2);
  EXPECT_EQ(asked_of_, 2);
}

TEST_F(ClusterOps, SettingsOfABrokerAreAskedOfAControllerWhereThoseAreNamed) {
  options_.bootstrap_controllers = true;
  for (const std::int32_t id : {0, 1}) {
    brokers_.broker(id).offer(protocol::ApiKey::metadata, {1, 0});
    brokers_.broker(id).on<protocol::DescribeConfigsRequest, protocol::DescribeConfigsResponse>(
        [](const auto& request, auto) {
          protocol::DescribeConfigsResponse response;
          for (const auto& resource : request.resources) {
            auto& result = response.results.emplace_back();
            result.resource_type = resource.resource_type;
            result.resource_name = resource.resource_name;
          }
          return response;
        });
  }
  std::optional<Result<ConfigItems>> found;
  admin::describe_configs(core(), {{ConfigResourceType::broker, "1"}}, {}, Millis(5000),
                          [&](Result<ConfigItems> items) { found = std::move(items); });
  ports_.advance(Millis(6000));
  ASSERT_TRUE(found.has_value());
  ASSERT_TRUE(found->ok()) << found->error().message;
  ASSERT_EQ((*found)->size(), 1U);
  EXPECT_TRUE((*found)->front().result.ok());
}

TEST_F(ClusterOps, TypesOfGroupsAreCalledAsDescriptionsCallThem) {
  for (const std::int32_t id : {0, 1}) {
    brokers_.broker(id).on<protocol::ListGroupsRequest, protocol::ListGroupsResponse>([id](const auto&, auto) {
      protocol::ListGroupsResponse response;
      response.groups = {{id == 0 ? "a" : "b", "consumer", "Empty", id == 0 ? "classic" : ""}};
      return response;
    });
  }
  std::optional<Result<std::vector<ListedGroup>>> found;
  admin::list_groups(core(), {}, Millis(5000), [&](Result<std::vector<ListedGroup>> groups) { found = groups; });
  ports_.advance(Millis(6000));
  ASSERT_TRUE(found.has_value() && found->ok());
  std::map<std::string, std::string> types;
  for (const auto& group : **found) types[group.id] = group.type;
  EXPECT_EQ(types, (std::map<std::string, std::string>{{"a", "Classic"}, {"b", ""}}));
}

TEST_F(ClusterOps, ANodeThatTheClusterDoesNotHaveIsNamed) {
  const auto found = features(7);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().cause, Cause::network);
  EXPECT_NE(found.error().message.find("node 7"), std::string::npos) << found.error().message;
}

// Kafka before 2.8.
TEST_F(ClusterOps, WithoutDescribeClusterTheMetadataIsAsked) {
  without_describe_cluster();
  const auto found = describe(false);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->cluster_id, "scripted");
  EXPECT_EQ(found->controller, 0);
  ASSERT_EQ(found->nodes.size(), 2U);
  EXPECT_EQ(found->nodes[1].id, 1);
  EXPECT_EQ(found->nodes[1].port, 9092);
}

TEST_F(ClusterOps, WhichBrokersAreFencedIsNotInTheMetadata) {
  without_describe_cluster();
  const auto refused = describe(true);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().cause, Cause::unsupported_version);
}

TEST_F(ClusterOps, WhetherTheNumberOfReplicasMayChangeIsSaid) {
  ASSERT_TRUE(move(true).ok());
  EXPECT_EQ(factor_may_change_, true);
  ASSERT_TRUE(move(false).ok());
  EXPECT_EQ(factor_may_change_, false);
}

TEST_F(ClusterOps, ABrokerThatCannotBeToldSoIsNotAsked) {
  for (const std::int32_t id : {0, 1}) {
    brokers_.broker(id).offer(protocol::ApiKey::alter_partition_reassignments, {0, 0});
  }
  EXPECT_TRUE(move(true).ok());
  factor_may_change_.reset();
  const auto refused = move(false);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().cause, Cause::unsupported_version);
  EXPECT_FALSE(factor_may_change_.has_value());
}

}  // namespace
}  // namespace millrace::client
