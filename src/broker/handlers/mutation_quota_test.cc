// The controller's quota (KIP-599): which topics of a request go on to the controller.
#include <gtest/gtest.h>

#include "broker/testing/bench_node.h"
#include "protocol/gen/client_quota_record.h"
#include "protocol/gen/create_partitions.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/delete_topics.h"

namespace millrace::broker {
namespace {

using protocol::CreatePartitionsRequest;
using protocol::CreateTopicsRequest;
using protocol::DeleteTopicsRequest;

class MutationQuota : public ::testing::Test {
 protected:
  MutationQuota() {
    protocol::ClientQuotaRecord quota;
    auto& entity = quota.entity.emplace_back();
    entity.entity_type = "user";
    entity.entity_name = std::nullopt;
    quota.key = "controller_mutation_rate";
    quota.value = 1;
    node.record(quota);
  }
  // How many topics of the request the controller is asked for.
  std::size_t passed_on(std::int16_t version, std::vector<std::int32_t> partitions) {
    CreateTopicsRequest body;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < partitions.size(); ++i) names.push_back("t" + std::to_string(i));
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      auto& topic = body.topics.emplace_back();
      topic.name = names[i];
      topic.num_partitions = partitions[i];
      topic.replication_factor = 1;
    }
    return forwarded(body, version).topics.size();
  }
  // A request as the controller gets it.
  template <protocol::Message M>
  M forwarded(const M& body, std::int16_t version) {
    request = node.send(M::kApi, version, protocol::encode_body(body, version));
    M asked;
    if (node.quorum().asked.empty()) return asked;
    EXPECT_TRUE(protocol::decode_body(node.quorum().asked.back().body.bytes(), version, asked).ok());
    return asked;
  }
  // Two topics, of which the first has more partitions than the bucket has permits.
  void given_topics() {
    node.topic("large", 12);
    node.topic("small");
  }
  CreatePartitionsRequest growing() {
    given_topics();
    CreatePartitionsRequest body;
    body.topics = {{"small", 13, std::nullopt}, {"large", 13, std::nullopt}, {"none", 100, std::nullopt}};
    return body;
  }

  testing::BenchNode node;
  RequestPtr request;
};

TEST_F(MutationQuota, TopicsBeyondTheQuotaDoNotReachTheController) {
  // A bucket of the default ten windows of one second: the first topic overdraws it.
  EXPECT_EQ(passed_on(7, {200, 1, 1}), 1U);
  EXPECT_GT(request->wanted_pause(), Millis(0));
}

TEST_F(MutationQuota, WithinTheQuotaEverythingGoesOn) {
  EXPECT_EQ(passed_on(7, {1, 1, 1}), 3U);
  EXPECT_EQ(request->wanted_pause(), Millis(0));
}

TEST_F(MutationQuota, OlderVersionsAreDelayedInsteadOfRefused) {
  EXPECT_EQ(passed_on(5, {200, 1, 1}), 3U);
  EXPECT_GT(request->wanted_pause(), Millis(0));
}

TEST_F(MutationQuota, DeletionsBeyondTheQuotaDoNotReachTheControllerOrAreDelayed) {
  given_topics();
  DeleteTopicsRequest body;
  body.topics = {{"large", {}}, {"small", {}}};
  EXPECT_EQ(forwarded(body, 6).topics.size(), 1U);
  EXPECT_GT(request->wanted_pause(), Millis(0));
  node.shard().advance(request->wanted_pause());
  body.topics.clear();
  body.topic_names = {"large", "small"};
  EXPECT_EQ(forwarded(body, 4).topic_names.size(), 2U);
  EXPECT_GT(request->wanted_pause(), Millis(0));
}

TEST_F(MutationQuota, OnlyPartitionsThatAreAddedCount) {
  EXPECT_EQ(forwarded(growing(), 3).topics.size(), 1U) << "twelve more are too many for the next one";
  EXPECT_GT(request->wanted_pause(), Millis(0));
}

TEST_F(MutationQuota, OlderRequestsForPartitionsAreDelayedInsteadOfRefused) {
  EXPECT_EQ(forwarded(growing(), 2).topics.size(), 3U);
  EXPECT_GT(request->wanted_pause(), Millis(0));
}

TEST_F(MutationQuota, ARequestThatOnlyChecksCostsNothing) {
  auto body = growing();
  body.validate_only = true;
  EXPECT_EQ(forwarded(body, 3).topics.size(), 3U);
  EXPECT_EQ(request->wanted_pause(), Millis(0));
}

}  // namespace
}  // namespace millrace::broker
