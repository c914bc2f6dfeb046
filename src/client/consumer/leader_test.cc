#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/consumer/classic_membership.h"
#include "client/testing/scripted_client.h"

// What the leader of a classic group makes of where replicas and members stand (KIP-881).
namespace millrace::client {
namespace {

using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;
using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;
using testing::ScriptedClient;

// A group of "m", which leads it, in the rack of `options`, and of "n" in rack "b". Broker 0 stands in rack "a", broker
// 1 in rack "b"; the only replica of each of the topic's partitions is on the broker of `placed`.
class LeaderTest : public ::testing::Test, protected ScriptedClient, protected MembershipOwner {
 protected:
  LeaderTest() : ScriptedClient(2) {
    options.group_id = "g";
    options.strategies = {Strategy::range};
    options.rack = "a";
    for (const std::int32_t id : {0, 1}) {
      brokers.broker(id).on<MetadataRequest, MetadataResponse>([this](const auto&, auto) { return metadata(); });
    }
    other = encode_subscription({{"t"}, {}, {}, -1, "b"}, Strategy::range);
    brokers.broker(0).on<JoinGroupRequest, JoinGroupResponse>([this](const auto& request, auto) {
      JoinGroupResponse response;
      response.generation_id = ++generation;
      response.protocol_name = "range";
      response.leader = response.member_id = "m";
      response.members.push_back({"m", std::nullopt, request.protocols.at(0).metadata});
      response.members.push_back({"n", std::nullopt, other.bytes()});
      return response;
    });
    brokers.broker(0).on<SyncGroupRequest, SyncGroupResponse>([this](const auto& request, auto) {
      for (const auto& one : request.assignments) {
        shares[std::string(one.member_id)] = decode_assignment(one.assignment).value();
      }
      own = encode_assignment(shares["m"]);
      SyncGroupResponse response;
      response.assignment = own.bytes();
      return response;
    });
    member.polled(true);
  }
  MetadataResponse metadata() const {
    MetadataResponse response;
    response.brokers.push_back({0, "b0", 9092, "a"});
    if (!second_is_away) response.brokers.push_back({1, "b1", 9092, "b"});
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    for (const std::int32_t broker : placed) {
      auto& partition = topic.partitions.emplace_back();
      partition.partition_index = static_cast<std::int32_t>(topic.partitions.size()) - 1;
      partition.leader_id = 0;
      partition.replica_nodes = {broker};
    }
    return response;
  }

  void prepare_join(bool, Callback<void()> ready) override { ready(); }
  std::vector<std::string> subscribed_topics() const override { return {"t"}; }
  std::optional<std::string> subscribed_regex() const override { return std::nullopt; }
  std::vector<TopicPartition> owned_partitions() const override { return {}; }
  void on_assigned(std::vector<TopicPartition>) override { member.adopted(false); }
  void on_group_failed(Error why) override { ADD_FAILURE() << why.text(); }

  void join() {
    member.want_join("");
    drive();
  }
  void drive() {
    member.drive(ports.time());
    ports.advance(Millis(500));
  }
  // Has the leader see what the cluster is like now.
  void look() {
    cluster.refresh();
    ports.advance(Millis(1'000));
    member.on_view();
    drive();
  }

  ConsumerOptions options;
  std::vector<std::int32_t> placed{1, 0};
  bool second_is_away = false;
  std::int32_t generation = 0;
  Buffer other;
  Buffer own;
  std::map<std::string, std::vector<TopicPartition>> shares;
  ClassicMembership member{cluster, options, *this};
};

TEST_F(LeaderTest, EachGetsWhatHasAReplicaInItsRack) {
  join();
  EXPECT_EQ(shares["m"], (std::vector<TopicPartition>{{"t", 1}}));
  EXPECT_EQ(shares["n"], (std::vector<TopicPartition>{{"t", 0}}));
}

TEST_F(LeaderTest, ItRebalancesWhenReplicasComeToOtherRacks) {
  join();
  ASSERT_EQ(generation, 1);
  placed = {0, 1};
  look();
  EXPECT_EQ(generation, 2);
  EXPECT_EQ(shares["m"], (std::vector<TopicPartition>{{"t", 0}}));
}

TEST_F(LeaderTest, ABrokerThatIsAwayForAWhileIsNoReason) {
  join();
  second_is_away = true;
  look();
  second_is_away = false;
  look();
  EXPECT_EQ(generation, 1);
}

TEST_F(LeaderTest, OneThatSaysNoRackDoesNotRebalanceForOthers) {
  options.rack.clear();
  join();
  placed = {0, 1};
  look();
  EXPECT_EQ(generation, 1);
}

}  // namespace
}  // namespace millrace::client
