#include "client/cluster.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "client/retry.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/heartbeat.h"

namespace millrace::client {
namespace {

using protocol::ApiKey;
using protocol::FindCoordinatorRequest;
using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::FindCoordinatorResponse;
using protocol::HeartbeatRequest;
using protocol::HeartbeatResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;
using testing::ScriptedCluster;

class ClusterTest : public ::testing::Test {
 protected:
  ClusterTest() {
    options.bootstrap = {ScriptedCluster::address(0), ScriptedCluster::address(1)};
    options.client_id = "test";
    brokers.topics = {{"t", {0, 1, 2}, 5, 0}};
    for (std::int32_t id = 0; id < 3; ++id) {
      brokers.broker(id).on<HeartbeatRequest, HeartbeatResponse>([](const auto&, std::int16_t) {
        return HeartbeatResponse{};
      });
    }
  }
  Cluster& cluster() {
    if (!made) made = std::make_unique<Cluster>(ports.shard(), options);
    return *made;
  }
  // The outcome of one heartbeat; empty while it is under way.
  std::shared_ptr<std::optional<Result<std::int16_t>>> beat(Target target, Millis timeout = Millis(5000)) {
    auto outcome = std::make_shared<std::optional<Result<std::int16_t>>>();
    cluster().send<HeartbeatResponse>(std::move(target), HeartbeatRequest{}, timeout,
                                      [outcome](Result<Answer<HeartbeatResponse>> answer) {
                                        EXPECT_FALSE(outcome->has_value()) << "completed twice";
                                        if (answer) {
                                          outcome->emplace(answer->version);
                                        } else {
                                          outcome->emplace(answer.error());
                                        }
                                      });
    EXPECT_FALSE(outcome->has_value()) << "completed from inside the call";
    return outcome;
  }
  void learn_topic(const std::string& topic) {
    bool found = false;
    cluster().find_topic(topic, Millis(5000), [&](Result<TopicPtr> result) { found = result.ok(); });
    ports.advance(Millis(1000));
    ASSERT_TRUE(found);
  }

  testing::FakePorts ports;
  ScriptedCluster brokers{ports, 3};
  ClusterOptions options;
  std::unique_ptr<Cluster> made;
};

TEST_F(ClusterTest, ANumberThatNoBrokerHasIsNamed) {
  learn_topic("t");
  for (const std::int32_t id : {-1, -5, std::numeric_limits<std::int32_t>::min(), 77}) {
    const auto outcome = beat(Target::node(NodeId(id)));
    ports.advance(Millis(100));
    ASSERT_TRUE(*outcome && !**outcome) << id;
    EXPECT_TRUE((**outcome).error().is(Cause::network));
    EXPECT_NE((**outcome).error().message.find(std::to_string(id)), std::string::npos);
  }
}

TEST_F(ClusterTest, SpeaksTheNewestVersionThatBothKnow) {
  learn_topic("t");
  brokers.broker(1).offer(ApiKey::heartbeat, {0, 3});
  const auto old_broker = beat(Target::node(NodeId(1)));
  const auto new_broker = beat(Target::node(NodeId(2)));
  ports.run();
  EXPECT_EQ((*old_broker)->value(), 3);
  EXPECT_EQ((*new_broker)->value(), 4);
}

TEST_F(ClusterTest, BrokerBeforeVersionThreeOfApiVersionsIsAskedAgainInItsOwn) {
  for (std::int32_t id = 0; id < 3; ++id) brokers.broker(id).offer(ApiKey::api_versions, {0, 2});
  learn_topic("t");
  EXPECT_EQ(brokers.broker(0).last_version[18] + brokers.broker(1).last_version[18] +
                brokers.broker(2).last_version[18],
            2);
}

TEST_F(ClusterTest, ApiThatTheBrokerLacksIsAnErrorThatNamesIt) {
  learn_topic("t");
  brokers.broker(1).offer(ApiKey::heartbeat, {0, -1});
  const auto outcome = beat(Target::node(NodeId(1)));
  ports.run();
  ASSERT_FALSE((*outcome)->ok());
  EXPECT_TRUE((*outcome)->error().is(Cause::unsupported_version));
  EXPECT_NE((*outcome)->error().message.find("Heartbeat"), std::string::npos);
}

TEST_F(ClusterTest, UnknownHostIsNamedWhenTheTimeIsOver) {
  options.bootstrap = {{"nowhere.example", 1}};
  const auto outcome = beat(Target::any(), Millis(3000));
  ports.advance(Millis(2999));
  EXPECT_FALSE(outcome->has_value());
  ports.advance(Millis(1));
  ASSERT_TRUE(outcome->has_value());
  EXPECT_TRUE((*outcome)->error().is(Cause::network));
  EXPECT_NE((*outcome)->error().message.find("nowhere.example:1: the host name does not resolve"), std::string::npos)
      << (*outcome)->error().message;
  EXPECT_GT(ports.connects, 2);
  EXPECT_LT(ports.connects, 30);
}

TEST_F(ClusterTest, WhoWillNotWaitIsToldOnceEverybodyHasRefusedForSoLong) {
  options.bootstrap = {{"nowhere.example", 1}};
  options.give_up_after = Millis(800);
  const auto outcome = beat(Target::any(), Millis(30'000));
  ports.advance(Millis(700));
  EXPECT_FALSE(outcome->has_value());
  ports.advance(Millis(1'500));
  ASSERT_TRUE(outcome->has_value());
  EXPECT_TRUE((*outcome)->error().is(Cause::network));
}

TEST_F(ClusterTest, SecondBootstrapServerIsTriedWhenTheFirstIsDown) {
  brokers.stop(0);
  const auto outcome = beat(Target::any());
  ports.advance(Millis(500));
  ASSERT_TRUE(outcome->has_value());
  EXPECT_TRUE((*outcome)->ok());
}

TEST_F(ClusterTest, SilentBrokerFailsTheCallAtItsTimeoutAndTheNextGoesByANewConnection) {
  learn_topic("t");
  brokers.broker(1).ignore(ApiKey::heartbeat);
  const auto silent = beat(Target::node(NodeId(1)), Millis(700));
  const auto behind = beat(Target::node(NodeId(1)), Millis(5000));
  ports.advance(Millis(699));
  EXPECT_FALSE(silent->has_value());
  ports.advance(Millis(1));
  EXPECT_TRUE((*silent)->error().is(Cause::timed_out));
  EXPECT_TRUE((*behind)->error().is(Cause::network));
  EXPECT_TRUE((*behind)->error().retriable);
  brokers.broker(1).on<HeartbeatRequest, HeartbeatResponse>(
      [](const auto&, std::int16_t) { return HeartbeatResponse{}; });
  const auto again = beat(Target::node(NodeId(1)));
  ports.advance(Millis(200));
  EXPECT_TRUE((*again)->ok());
}

// A call that is made after a connection has failed, and before those on it are told, must not go before they go again.
TEST_F(ClusterTest, NoCallOvertakesThoseWhoseFailureIsNotToldYet) {
  learn_topic("t");
  brokers.broker(1).ignore(ApiKey::heartbeat);
  std::shared_ptr<std::optional<Result<std::int16_t>>> next;
  cluster().send<HeartbeatResponse>(Target::node(NodeId(1)), HeartbeatRequest{}, Millis(700),
                                    [&](const Result<Answer<HeartbeatResponse>>&) {
                                      ports.shard().timers.at_turn_end([&] { next = beat(Target::node(NodeId(1))); });
                                    });
  const auto behind = beat(Target::node(NodeId(1)));
  ports.advance(Millis(600));
  brokers.broker(1).on<HeartbeatRequest, HeartbeatResponse>(
      [](const auto&, std::int16_t) { return HeartbeatResponse{}; });
  ports.advance(Millis(900));
  ASSERT_TRUE(behind->has_value() && next && next->has_value());
  EXPECT_TRUE((*behind)->error().is(Cause::network));
  ASSERT_FALSE((*next)->ok());
  EXPECT_TRUE((*next)->error().is(Cause::network));
}

TEST_F(ClusterTest, BrokenConnectionFailsWhatIsUnderWay) {
  learn_topic("t");
  brokers.broker(2).ignore(ApiKey::heartbeat);
  const auto outcome = beat(Target::node(NodeId(2)));
  ports.run();
  brokers.stop(2);
  ports.run();
  ASSERT_TRUE(outcome->has_value());
  EXPECT_TRUE((*outcome)->error().is(Cause::network));
}

TEST_F(ClusterTest, ThrottledBrokerGetsNothingBeforeItsTime) {
  learn_topic("t");
  brokers.broker(1).on<HeartbeatRequest, HeartbeatResponse>([](const auto&, std::int16_t) {
    HeartbeatResponse response;
    response.throttle_time_ms = 1000;
    return response;
  });
  const auto first = beat(Target::node(NodeId(1)));
  ports.run();
  const auto second = beat(Target::node(NodeId(1)));
  ports.advance(Millis(999));
  EXPECT_TRUE(first->has_value());
  EXPECT_FALSE(second->has_value());
  ports.advance(Millis(2));
  EXPECT_TRUE(second->has_value());
}

TEST_F(ClusterTest, TopicThatAppearsIsFoundWithinTheTime) {
  Result<TopicPtr> found = local_error(Cause::cancelled, "");
  cluster().find_topic("new", Millis(5000), [&](Result<TopicPtr> result) { found = std::move(result); });
  ports.advance(Millis(300));
  EXPECT_FALSE(found.ok());
  brokers.topics.push_back({"new", {2}, 0, 0});
  ports.advance(Millis(2000));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ((*found)->partitions.front().leader, NodeId(2));
}

TEST_F(ClusterTest, TopicThatNeverAppearsIsAnErrorWithItsName) {
  Result<TopicPtr> found = TopicPtr();
  cluster().find_topic("absent", Millis(2000), [&](Result<TopicPtr> result) { found = std::move(result); });
  ports.advance(Millis(2500));
  ASSERT_FALSE(found.ok());
  EXPECT_TRUE(found.error().is(ErrorCode::unknown_topic_or_partition));
  EXPECT_NE(found.error().message.find("absent"), std::string::npos);
}

TEST_F(ClusterTest, OlderLeaderEpochIsNotBelieved) {
  cluster().track("t");
  ports.advance(Millis(100));
  brokers.topics.front().epoch = 7;
  brokers.topics.front().leaders = {2, 2, 2};
  cluster().refresh();
  ports.advance(Millis(2000));
  EXPECT_EQ(cluster().view()->leader("t", PartitionIndex(0)), NodeId(2));
  brokers.topics.front().epoch = 6;
  brokers.topics.front().leaders = {1, 1, 1};
  cluster().refresh();
  ports.advance(Millis(2000));
  EXPECT_EQ(cluster().view()->leader("t", PartitionIndex(0)), NodeId(2));
}

TEST_F(ClusterTest, LeaderFromAnAnswerHoldsAtOnce) {
  cluster().track("t");
  ports.advance(Millis(100));
  const auto before = cluster().view();
  cluster().learn({{"t", PartitionIndex(0), NodeId(1), LeaderEpoch(6)}}, {});
  EXPECT_EQ(cluster().view()->leader("t", PartitionIndex(0)), NodeId(1));
  EXPECT_EQ(before->leader("t", PartitionIndex(0)), NodeId(0));
  cluster().learn({{"t", PartitionIndex(0), NodeId(2), LeaderEpoch(6)}}, {});
  EXPECT_EQ(cluster().view()->leader("t", PartitionIndex(0)), NodeId(1));
}

TEST_F(ClusterTest, MetadataIsAskedForAgainAtItsAge) {
  cluster().track("t");
  ports.advance(Millis(100));
  const int before = brokers.metadata_requests();
  ports.advance(options.metadata_max_age);
  EXPECT_EQ(brokers.metadata_requests(), before + 1);
}

TEST_F(ClusterTest, BootstrapServersAreAskedAgainWhenNoKnownBrokerAnswers) {
  brokers.topics.front().leaders = {2, 2, 2};
  learn_topic("t");
  for (std::int32_t id = 0; id < 3; ++id) brokers.stop(id);
  ports.advance(Millis(3000));
  // A new cluster behind the old names.
  testing::ScriptedBroker fresh(9);
  fresh.on<HeartbeatRequest, HeartbeatResponse>([](const auto&, std::int16_t) { return HeartbeatResponse{}; });
  fresh.on<MetadataRequest, MetadataResponse>([](const auto&, std::int16_t) {
    MetadataResponse response;
    response.brokers.push_back({9, "b0", 9092, std::nullopt});
    return response;
  });
  ports.put(ScriptedCluster::address(0), &fresh);
  const auto outcome = beat(Target::any());
  ports.advance(Millis(5000));
  ASSERT_TRUE(outcome->has_value());
  EXPECT_TRUE((*outcome)->ok()) << (*outcome)->error().message;
  EXPECT_TRUE(cluster().view()->brokers.contains(NodeId(9)));
  made.reset();
}

TEST_F(ClusterTest, CoordinatorIsFoundOnceAndAskedByAConnectionOfItsOwn) {
  for (std::int32_t id = 0; id < 3; ++id) {
    brokers.broker(id).on<FindCoordinatorRequest, FindCoordinatorResponse>(
        [](const FindCoordinatorRequest& request, std::int16_t) {
          FindCoordinatorResponse response;
          response.coordinators.emplace_back();
          response.coordinators.back().key = request.coordinator_keys.front();
          response.coordinators.back().node_id = 2;
          response.coordinators.back().host = "b2";
          response.coordinators.back().port = 9092;
          return response;
        });
  }
  learn_topic("t");
  const auto first = beat(Target::coordinator(CoordinatorType::group, "g"));
  ports.run();
  const auto second = beat(Target::coordinator(CoordinatorType::group, "g"));
  ports.run();
  EXPECT_TRUE((*first)->ok());
  EXPECT_TRUE((*second)->ok());
  EXPECT_EQ(brokers.broker(2).count(ApiKey::heartbeat), 2);
  int lookups = 0;
  for (std::int32_t id = 0; id < 3; ++id) lookups += brokers.broker(id).count(ApiKey::find_coordinator);
  EXPECT_EQ(lookups, 1);
  EXPECT_EQ(cluster().known_coordinator(CoordinatorType::group, "g"), NodeId(2));
}

TEST_F(ClusterTest, WhatAnyBrokerAnswersDoesNotWaitBehindFetches) {
  learn_topic("t");
  brokers.coordinate(1);
  int ended = 0;
  for (std::int32_t id = 0; id < 3; ++id) {
    cluster().send<FetchResponse>(Target::node(NodeId(id)), FetchRequest{}, Millis(60'000), [&](const auto&) {
      ++ended;
    });
  }
  ports.run();
  Result<NodeId> found = kNoNode;
  cluster().find_coordinator(CoordinatorType::group, "g", Millis(1'000), [&](Result<NodeId> id) { found = id; });
  ports.advance(Millis(1'000));
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, NodeId(1));
  EXPECT_EQ(ended, 0) << "a fetch that waits is not disturbed";
  cluster().close();
  ports.advance(Millis(1));
}

// One that was killed and is fenced: its clients ask others, as after any lost connection.
TEST_F(ClusterTest, WhatIsUnderWayAtABrokerThatLeavesTheClusterMayBeTriedAgain) {
  learn_topic("t");
  brokers.broker(1).ignore(ApiKey::heartbeat);
  const auto under_way = beat(Target::node(NodeId(1)), Millis(60'000));
  ports.run();
  brokers.alive = {0, 2};
  brokers.topics = {{"t", {0, 0, 2}, 6, 0}, {"u", {0}, 5, 0}};
  learn_topic("u");
  ASSERT_TRUE(under_way->has_value() && !**under_way);
  EXPECT_TRUE((*under_way)->error().is(Cause::network) && (*under_way)->error().retriable);
  EXPECT_NE((*under_way)->error().message.find("broker 1"), std::string::npos);
}

TEST_F(ClusterTest, CloseFailsWhatWaitsAndWhatComesAfter) {
  learn_topic("t");
  brokers.broker(1).ignore(ApiKey::heartbeat);
  const auto under_way = beat(Target::node(NodeId(1)));
  ports.run();
  cluster().close();
  const auto after = beat(Target::node(NodeId(1)));
  ports.run();
  EXPECT_TRUE((*under_way)->error().is(Cause::closed));
  EXPECT_TRUE((*after)->error().is(Cause::closed));
  EXPECT_EQ(ports.open_connections(), 0u);
}

TEST_F(ClusterTest, RetriesUntilTheAnswerIsGood) {
  learn_topic("t");
  int asked = 0;
  brokers.broker(1).on<HeartbeatRequest, HeartbeatResponse>([&](const auto&, std::int16_t) {
    HeartbeatResponse response;
    if (++asked < 4) response.error_code = protocol::to_wire(protocol::Errc::coordinator_load_in_progress);
    return response;
  });
  std::optional<std::int16_t> code;
  send_until<HeartbeatResponse, HeartbeatRequest>(
      cluster(), Target::node(NodeId(1)), [](std::int16_t) { return HeartbeatRequest{}; },
      [](const Answer<HeartbeatResponse>& answer) { return protocol::from_wire(answer.body.error_code); },
      RetryOptions{Millis(10'000)}, [&](Result<Answer<HeartbeatResponse>> answer) { code = answer->body.error_code; });
  ports.advance(Millis(5000));
  EXPECT_EQ(code, 0);
  EXPECT_EQ(asked, 4);
}

TEST_F(ClusterTest, IdleConnectionIsClosedAndOpenedAgainWhenNeeded) {
  options.max_idle = Millis(10'000);
  learn_topic("t");
  const auto first = beat(Target::node(NodeId(2)));
  ports.run();
  ports.advance(Millis(11'000));
  EXPECT_EQ(ports.open_connections(), 0u);
  const auto second = beat(Target::node(NodeId(2)));
  ports.advance(Millis(100));
  EXPECT_TRUE((*second)->ok());
}

}  // namespace
}  // namespace millrace::client
