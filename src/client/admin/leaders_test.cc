#include "client/admin/leaders.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>

#include "client/admin/topics.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/list_offsets.h"

namespace millrace::client {
namespace {

using protocol::Errc;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;
using testing::FakePorts;
using testing::ScriptedCluster;

// Two brokers that know the end of a partition, each refusing by `refusals`.
class LeaderCallTest : public ::testing::Test {
 protected:
  LeaderCallTest() {
    brokers.topics = {{"t", {0, 1}, 1, 0}};
    for (const std::int32_t id : {0, 1}) {
      brokers.broker(id).on<ListOffsetsRequest, ListOffsetsResponse>([this, id](const auto& request, auto) {
        ListOffsetsResponse response;
        for (const auto& topic : request.topics) {
          auto& answer = response.topics.emplace_back();
          answer.name = topic.name;
          for (const auto& part : topic.partitions) {
            answer.partitions.push_back({part.partition_index, refusals[id], -1, 100 + id, 1});
          }
        }
        return response;
      });
    }
  }
  Items<TopicPartition, FoundOffset> ends(Millis timeout) {
    std::optional<Items<TopicPartition, FoundOffset>> found;
    admin::list_offsets(core, {{t0, OffsetSpec::kLatest}, {t1, OffsetSpec::kLatest}}, Isolation::read_uncommitted,
                        timeout, [&](Result<Items<TopicPartition, FoundOffset>> items) { found = *std::move(items); });
    for (int i = 0; i < 2000 && !found; ++i) {
      ports.advance(Millis(10));
      if (i == 20) after();
    }
    return *found;
  }

  FakePorts ports;
  ScriptedCluster brokers{ports, 2};
  AdminCore core{ports.shard(), ScriptedCluster::options(2), Millis(10'000), 1000};
  std::map<std::int32_t, std::int16_t> refusals;
  std::function<void()> after = [] {};
  const TopicPartition t0{"t", 0};
  const TopicPartition t1{"t", 1};
};

TEST_F(LeaderCallTest, WhatHasMovedIsAskedForAtItsNewLeader) {
  refusals[0] = protocol::to_wire(Errc::not_leader_or_follower);
  after = [this] { brokers.topics = {{"t", {1, 1}, 2, 0}}; };
  const auto items = ends(Millis(10'000));
  ASSERT_EQ(items.size(), 2u);
  for (const auto& key : {t0, t1}) {
    const auto* result = find(items, key);
    ASSERT_TRUE(result != nullptr && result->ok());
    EXPECT_EQ((*result)->offset, 101);
  }
  EXPECT_EQ(brokers.broker(1).count(protocol::ApiKey::list_offsets), 2) << "what was answered is not asked for again";
}

TEST_F(LeaderCallTest, ALeaderThatIsGoneIsGivenUpWhenThereIsAnother) {
  brokers.stop(0);
  after = [this] { brokers.topics = {{"t", {1, 1}, 2, 0}}; };
  const auto items = ends(Millis(10'000));
  ASSERT_TRUE(find(items, t0)->ok()) << find(items, t0)->error().text();
}

TEST_F(LeaderCallTest, AtTheDeadlineEachPartitionKeepsItsOwnResult) {
  refusals[0] = protocol::to_wire(Errc::not_leader_or_follower);
  const auto items = ends(Millis(2'000));
  EXPECT_TRUE(find(items, t0)->error().is(ErrorCode::not_leader_or_follower));
  EXPECT_TRUE(find(items, t1)->ok());
}

TEST_F(LeaderCallTest, ALastingErrorIsNotTriedAgain) {
  refusals[0] = protocol::to_wire(Errc::topic_authorization_failed);
  const auto items = ends(Millis(10'000));
  EXPECT_TRUE(find(items, t0)->error().is(ErrorCode::topic_authorization_failed));
  EXPECT_EQ(brokers.broker(0).count(protocol::ApiKey::list_offsets), 1);
}

}  // namespace
}  // namespace millrace::client
