#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/admin/groups.h"
#include "client/admin/quotas.h"
#include "client/admin/topics.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/alter_user_scram_credentials.h"
#include "protocol/gen/consumer_group_describe.h"
#include "protocol/gen/metadata.h"

// What calls that describe something tell of what the user may do, and other options of admin calls.
namespace millrace::client {
namespace {

using namespace protocol;
using client::Result;
using testing::ScriptedCluster;

constexpr std::int32_t kReadAndWrite = 1 << 3 | 1 << 4;
const std::vector<AclOperation> kReadAndWriteNamed = {AclOperation::read, AclOperation::write};

class AdminOptionsTest : public ::testing::Test {
 protected:
  AdminOptionsTest() {
    brokers_.coordinate(0);
    auto& broker = brokers_.broker(0);
    broker.offer(ApiKey::describe_topic_partitions, {1, 0});  // the metadata is asked instead
    broker.on<MetadataRequest, MetadataResponse>([this](const MetadataRequest& request, auto) {
      MetadataResponse response;
      response.brokers.push_back({0, "b0", 9092, std::nullopt});
      if (!request.topics) return response;
      for (const auto& topic : *request.topics) {
        auto& told = response.topics.emplace_back();
        told.name = topic.name;
        asked_ = request.include_topic_authorized_operations;
        if (asked_) told.topic_authorized_operations = kReadAndWrite;
      }
      return response;
    });
    broker.on<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
        [this](const ConsumerGroupDescribeRequest& request, auto) {
          asked_ = request.include_authorized_operations;
          ConsumerGroupDescribeResponse response;
          auto& group = response.groups.emplace_back();
          group.group_id = request.group_ids.at(0);
          group.group_epoch = 8;
          group.assignment_epoch = 7;
          if (asked_) group.authorized_operations = kReadAndWrite;
          auto& member = group.members.emplace_back();
          member.rack_id = "r1";
          member.member_type = 0;
          return response;
        });
    broker.on<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
        [this](const AlterUserScramCredentialsRequest& request, auto) {
          const auto& change = request.upsertions.at(0);
          iterations_ = change.iterations;
          salt_ = as_text(change.salt);
          AlterUserScramCredentialsResponse response;
          auto& result = response.results.emplace_back();
          result.user = change.name;
          return response;
        });
  }
  AdminCore& core() {
    if (!core_) core_ = std::make_unique<AdminCore>(ports_.shard(), ScriptedCluster::options(), Millis(60'000), 100);
    return *core_;
  }
  template <typename T, typename Call>
  T answer(Call call) {
    std::optional<Result<T>> found;
    call([&](Result<T> result) { found.emplace(std::move(result)); });
    ports_.advance(Millis(6'000));
    return found.value().value();
  }

  testing::FakePorts ports_;
  ScriptedCluster brokers_{ports_, 1};
  std::unique_ptr<AdminCore> core_;
  bool asked_ = false;
  std::int32_t iterations_ = 0;
  std::string salt_;
};

TEST_F(AdminOptionsTest, EveryBitIsAnOperation) {
  EXPECT_EQ(operations(kReadAndWrite), kReadAndWriteNamed);
  EXPECT_EQ(operations(0), std::vector<AclOperation>());
  EXPECT_EQ(operations(std::numeric_limits<std::int32_t>::min()), std::nullopt) << "the broker was not asked";
}

TEST_F(AdminOptionsTest, OperationsOnTopicsAreToldIfTheyAreAskedFor) {
  for (const bool authorized : {true, false}) {
    const auto topics = answer<Items<std::string, TopicDescription>>([&](auto done) {
      admin::describe_topics(core(), {"t"}, authorized, Millis(5'000), std::move(done));
    });
    ASSERT_EQ(topics.size(), 1U);
    const auto& told = topics[0].result->authorized_operations;
    EXPECT_EQ(asked_, authorized);
    EXPECT_EQ(told, authorized ? std::optional(kReadAndWriteNamed) : std::nullopt);
  }
}

TEST_F(AdminOptionsTest, OperationsOnGroupsAndTheirEpochsAreTold) {
  const auto groups = answer<Items<std::string, GroupDescription>>([&](auto done) {
    admin::describe_groups(core(), {"g"}, true, Millis(5'000), std::move(done));
  });
  ASSERT_EQ(groups.size(), 1U);
  const GroupDescription& group = *groups[0].result;
  EXPECT_EQ(group.authorized_operations, kReadAndWriteNamed);
  EXPECT_EQ(group.epoch, 8);
  EXPECT_EQ(group.target_epoch, 7);
  ASSERT_EQ(group.members.size(), 1U);
  EXPECT_EQ(group.members[0].rack, "r1");
  EXPECT_EQ(group.members[0].speaks_classic, true);
}

// The hash of two thousand million iterations would keep the client's thread for hours.
TEST_F(AdminOptionsTest, MoreIterationsThanBrokersTakeAreNotHashed) {
  ScramChange change;
  change.user = "u";
  change.password = "p";
  change.salt = "pepper";
  change.iterations = std::numeric_limits<std::int32_t>::max();
  const auto begun = std::chrono::steady_clock::now();
  const auto users = answer<Items<std::string>>([&](auto done) {
    admin::alter_scram_users(core(), {change}, Millis(5'000), std::move(done));
  });
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  ASSERT_EQ(users.size(), 1U);
  EXPECT_EQ(iterations_, change.iterations) << "the broker says what it thinks of them";
  EXPECT_EQ(salt_, "pepper");
}

}  // namespace
}  // namespace millrace::client
