#include "client/partition_list.h"

#include <gtest/gtest.h>

#include <optional>

#include "client/testing/scripted_client.h"

namespace millrace::client {
namespace {

using protocol::Errc;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

// A broker that knows topic "t", and "new" after it was asked for it so often.
class PartitionListTest : public ::testing::Test {
 protected:
  PartitionListTest() {
    client_.brokers.broker(0).on<MetadataRequest, MetadataResponse>([this](const auto& request, auto) {
      MetadataResponse response;
      response.brokers.push_back({0, "b0", 9092, std::nullopt});
      if (!request.topics) return tell(response, "t");
      for (const auto& topic : *request.topics) {
        creates_ = request.allow_auto_topic_creation;
        const bool known = *topic.name == "t" || ++asked_ > 3;
        tell(response, *topic.name);
        if (!known) response.topics.back().error_code = protocol::to_wire(Errc::unknown_topic_or_partition);
      }
      return response;
    });
  }
  Result<PartitionList> list(std::string topic, bool waits) {
    std::optional<Result<PartitionList>> found;
    list_partitions(client_.cluster, std::move(topic), waits, Millis(5'000), [&](auto result) { found = result; });
    client_.ports.advance(Millis(6'000));
    return found.value();
  }

  testing::ScriptedClient client_{1};
  int asked_ = 0;
  bool creates_ = false;

 private:
  static MetadataResponse tell(MetadataResponse& response, std::string_view name) {
    auto& topic = response.topics.emplace_back();
    topic.name = name;
    for (const std::int32_t index : {1, 0}) {
      auto& partition = topic.partitions.emplace_back();
      partition.partition_index = index;
      partition.leader_id = 0;
    }
    return response;
  }
};

TEST_F(PartitionListTest, PartitionsComeByNumber) {
  const auto found = list("t", false);
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(1).partition, 1);
  EXPECT_EQ(found->at(1).leader, 0);
  std::optional<Result<TopicPartitionLists>> all;
  list_all_partitions(client_.cluster, Millis(5'000), [&](auto result) { all = result; });
  client_.ports.advance(Millis(1'000));
  ASSERT_TRUE(all && *all);
  EXPECT_EQ((*all)->size(), 1U);
  EXPECT_EQ((*all)->at("t").size(), 2U);
}

TEST_F(PartitionListTest, AnUnknownTopicIsToldAtOnceByThoseWhoDoNotWaitForOne) {
  const auto found = list("new", false);
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().is(ErrorCode::unknown_topic_or_partition)) << found.error().text();
  EXPECT_NE(found.error().message.find("new"), std::string::npos);
  EXPECT_EQ(asked_, 1);
  EXPECT_FALSE(creates_);
}

TEST_F(PartitionListTest, AProducersTopicIsWaitedFor) {
  auto options = testing::ScriptedCluster::options();
  options.allow_topic_creation = true;
  Cluster creator(client_.ports.shard(), options);
  std::optional<Result<PartitionList>> found;
  list_partitions(creator, "new", true, Millis(5'000), [&](auto result) { found = result; });
  client_.ports.advance(Millis(6'000));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(asked_, 4);
  EXPECT_TRUE(creates_);
}

}  // namespace
}  // namespace millrace::client
