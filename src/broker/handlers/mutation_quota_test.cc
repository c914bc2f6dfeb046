// The controller's quota (KIP-599): which topics of a request go on to the controller.
#include <gtest/gtest.h>

#include "broker/testing/bench_node.h"
#include "protocol/gen/client_quota_record.h"
#include "protocol/gen/create_topics.h"

namespace millrace::broker {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;

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
    request = node.send(protocol::ApiKey::create_topics, version, protocol::encode_body(body, version));
    if (node.quorum().asked.empty()) return 0;
    CreateTopicsRequest asked;
    EXPECT_TRUE(protocol::decode_body(node.quorum().asked.back().body.bytes(), version, asked).ok());
    return asked.topics.size();
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

}  // namespace
}  // namespace millrace::broker
