#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/consumer/consumer.h"
#include "client/consumer/group_wire.h"
#include "client/testing/scripted_log.h"
#include "protocol/gen/heartbeat.h"
#include "protocol/gen/join_group.h"
#include "protocol/gen/leave_group.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/offset_fetch.h"
#include "protocol/gen/sync_group.h"

// What a rebalance that is overtaken by another, or by the end of the subscription, must not do any more.
namespace millrace::client {
namespace {

using namespace protocol;
using client::Result;
using testing::FakePorts;
using testing::ScriptedCluster;

// A coordinator whose group has another leader: each SyncGroup gives `share`. Partition t-0 has one record.
class RebalanceTest : public ::testing::Test {
 protected:
  RebalanceTest() {
    brokers.topics = {{"t", {0}, 1, 0}};
    brokers.coordinate(0);
    options.group_id = "g";
    options.reset = Reset::earliest;
    auto& broker = brokers.broker(0);
    broker.on<JoinGroupRequest, JoinGroupResponse>([this](const auto& request, auto) {
      JoinGroupResponse response;
      response.generation_id = ++generation;
      response.protocol_name = request.protocols.at(0).name;
      response.leader = "somebody";
      response.member_id = "m";
      rebalancing = false;
      return response;
    });
    broker.on<SyncGroupRequest, SyncGroupResponse>([this](const auto&, auto) {
      SyncGroupResponse response;
      held.push_back(encode_assignment(share));
      response.assignment = held.back().bytes();
      return response;
    });
    broker.on<HeartbeatRequest, HeartbeatResponse>([this](const auto&, auto) {
      HeartbeatResponse response;
      response.error_code = to_wire(rebalancing ? Errc::rebalance_in_progress : Errc::none);
      return response;
    });
    broker.on<LeaveGroupRequest, LeaveGroupResponse>([this](const auto& request, auto) {
      for (const auto& member : request.members) {
        leavers.push_back(std::string(member.member_id) + "/" + std::string(member.group_instance_id.value_or("-")));
      }
      return LeaveGroupResponse();
    });
    broker.on<OffsetFetchRequest, OffsetFetchResponse>([](const auto&, auto) {
      OffsetFetchResponse response;
      response.groups.emplace_back().group_id = "g";
      return response;
    });
    broker.on<OffsetCommitRequest, OffsetCommitResponse>([this](const auto& request, auto) {
      OffsetCommitResponse response;
      auto& topic = response.topics.emplace_back();
      topic.name = request.topics.at(0).name;
      topic.topic_id = request.topics.at(0).topic_id;
      topic.partitions.emplace_back().error_code = to_wire(loading ? Errc::coordinator_load_in_progress : Errc::none);
      commits += loading ? 0 : 1;
      return response;
    });
    log.values = {"a"};
    log.serve(broker);
  }
  ConsumerCore& consumer() {
    if (!made) {
      made = std::make_unique<ConsumerCore>(ports.shard(), ScriptedCluster::options(), options);
    }
    return *made;
  }
  // Polls for so long; rebalances go into `heard`.
  void poll(Millis time) {
    const MonoTime end = ports.shard().clock.now() + time;
    while (ports.shard().clock.now() < end) {
      bool done = false;
      consumer().poll(Millis((end - ports.shard().clock.now()) / 1'000'000), [&](Result<Polled> polled) {
        done = true;
        if (!polled || !polled->event) return;
        static constexpr const char* kNames[] = {"assigned", "revoked", "lost"};
        std::string line = kNames[static_cast<std::size_t>(polled->event->kind)];
        for (const auto& key : polled->event->partitions) line += " " + key.topic + "-" + std::to_string(key.partition);
        heard.push_back(line);
        ports.shard().timers.at_turn_end([this] { consumer().event_done(); });
      });
      while (!done) ports.advance(Millis(10));
    }
  }
  // Lets the group rebalance, and the member hear of it while its program does not poll.
  void rebalance() {
    rebalancing = true;
    ports.advance(options.heartbeat_interval + Millis(100));
  }

  FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  ConsumerOptions options;
  std::vector<TopicPartition> share{{"t", 0}};
  bool rebalancing = false;
  bool loading = false;
  int generation = 0;
  int commits = 0;
  std::vector<std::string> leavers;  // member/instance
  testing::ScriptedLog log;
  std::vector<Buffer> held;
  std::vector<std::string> heard;
  std::unique_ptr<ConsumerCore> made;
};

TEST_F(RebalanceTest, AnAssignmentThatWasNeverAdoptedIsVoidAtTheNextJoin) {
  options.strategies = {Strategy::cooperative_sticky};
  ASSERT_TRUE(consumer().subscribe({"t"}, true));
  // The answers to what this poll begins come when the program does not poll.
  bool over = false;
  consumer().poll(Millis(0), [&](auto) { over = true; });
  ports.advance(Millis(1'000));
  ASSERT_TRUE(over);
  ASSERT_EQ(generation, 1);
  rebalance();
  share.clear();  // the others have it by now
  poll(Millis(1'000));
  EXPECT_EQ(generation, 2);
  EXPECT_EQ(heard, std::vector<std::string>{"assigned"});
  EXPECT_TRUE(consumer().assignment().empty());
}

TEST_F(RebalanceTest, ARevocationThatOutlivesItsSubscriptionTakesNothingFromTheNext) {
  options.strategies = {Strategy::range};
  ASSERT_TRUE(consumer().subscribe({"t"}, true));
  poll(Millis(1'000));
  ASSERT_EQ(heard, std::vector<std::string>{"assigned t-0"});
  heard.clear();
  loading = true;  // the commit before the revocation does not end
  rebalance();
  poll(Millis(100));
  ASSERT_EQ(generation, 1) << "it joins when it has committed";
  consumer().unsubscribe();
  ASSERT_TRUE(consumer().subscribe({"t"}, true));
  poll(Millis(1'000));
  EXPECT_EQ(heard, std::vector<std::string>{"assigned t-0"});
  loading = false;
  poll(Millis(2'000));
  EXPECT_GT(commits, 0);
  EXPECT_EQ(heard, std::vector<std::string>{"assigned t-0"});
  EXPECT_EQ(consumer().assignment(), (std::vector<TopicPartition>{{"t", 0}}));
}

TEST_F(RebalanceTest, AMemberThatLeavesJoinsNoMoreBeforeItsLastCommitIsDone) {
  options.strategies = {Strategy::cooperative_sticky};
  ASSERT_TRUE(consumer().subscribe({"t"}, false));
  poll(Millis(1'000));
  ASSERT_EQ(generation, 1);
  loading = true;
  bool cut_short = false;
  consumer().poll(Millis(60'000), [&](const auto& polled) { cut_short = !polled && polled.error().is(Cause::closed); });
  std::optional<bool> left;
  consumer().leave(Millis(30'000), GroupExit::usual, [&](const Status& status) { left = status.ok(); });
  rebalance();
  EXPECT_TRUE(cut_short);
  EXPECT_FALSE(left) << "the last commit is still tried";
  loading = false;
  ports.advance(Millis(5'000));
  EXPECT_EQ(left, true);
  EXPECT_EQ(generation, 1);
}

// One that a program may not see, or whose name is none, would only be waited for.
TEST_F(RebalanceTest, ATopicOfTheSubscriptionThatIsRefusedIsTold) {
  brokers.topics.push_back({"a b", {}, 1, to_wire(Errc::invalid_topic_exception)});
  ASSERT_TRUE(consumer().subscribe({"a b", "t"}, false));
  std::vector<std::string> told;
  for (int i = 0; i < 5; ++i) {
    bool done = false;
    consumer().poll(Millis(500), [&](const Result<Polled>& polled) {
      done = true;
      if (!polled) told.push_back(polled.error().text());
    });
    while (!done) ports.advance(Millis(10));
  }
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("INVALID_TOPIC_EXCEPTION: subscribing to topic a b"), std::string::npos) << told[0];
  EXPECT_EQ(consumer().assignment(), (std::vector<TopicPartition>{{"t", 0}})) << "the others are read";
}

TEST_F(RebalanceTest, AProgramMayHaveThePartitionsSharedOutAnew) {
  EXPECT_TRUE(consumer().enforce_rebalance("").error().is(Cause::wrong_state)) << "nothing is subscribed to";
  ASSERT_TRUE(consumer().subscribe({"t"}, false));
  poll(Millis(1'000));
  ASSERT_EQ(generation, 1);
  ASSERT_TRUE(consumer().enforce_rebalance("the weather has changed"));
  ports.advance(Millis(1'000));
  EXPECT_EQ(generation, 1) << "only a poll joins";
  poll(Millis(1'000));
  EXPECT_EQ(generation, 2);
}

TEST_F(RebalanceTest, BrokersThatShareOutAreNotAskedToDoItAnew) {
  options.protocol = GroupProtocol::consumer;
  ASSERT_TRUE(consumer().subscribe({"t"}, false));
  EXPECT_TRUE(consumer().enforce_rebalance("").error().is(Cause::wrong_state));
}

TEST_F(RebalanceTest, AMemberLeavesStaysOrDoesWhatItsKindDoes) {
  struct Case {
    std::optional<std::string> instance;
    GroupExit exit;
    std::vector<std::string> leavers;
  };
  for (const Case& one : {Case{std::nullopt, GroupExit::usual, {"m/-"}}, Case{std::nullopt, GroupExit::stay, {}},
                          Case{"i", GroupExit::usual, {}}, Case{"i", GroupExit::leave, {"m/i"}}}) {
    leavers.clear();
    made.reset();
    options.auto_commit = false;
    options.instance_id = one.instance;
    ASSERT_TRUE(consumer().subscribe({"t"}, false));
    poll(Millis(1'000));
    std::optional<bool> left;
    consumer().leave(Millis(5'000), one.exit, [&](const Status& status) { left = status.ok(); });
    ports.advance(Millis(1'000));
    EXPECT_EQ(left, true);
    EXPECT_EQ(leavers, one.leavers);
  }
}

}  // namespace
}  // namespace millrace::client
