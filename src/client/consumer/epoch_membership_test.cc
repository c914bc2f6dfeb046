#include "client/consumer/epoch_membership.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "client/testing/scripted_client.h"
#include "protocol/gen/consumer_group_heartbeat.h"

namespace millrace::client {
namespace {

using protocol::ConsumerGroupHeartbeatRequest;
using protocol::ConsumerGroupHeartbeatResponse;
using protocol::Errc;
using testing::ScriptedClient;

const ::millrace::Uuid kId{7, 9};

// "epoch names regex owned", with "-" for what was not told.
std::string text(const ConsumerGroupHeartbeatRequest& request) {
  std::string line = std::to_string(request.member_epoch);
  line += request.subscribed_topic_names ? " topics" + std::to_string(request.subscribed_topic_names->size()) : " -";
  line += request.subscribed_topic_regex ? " /" + std::string(*request.subscribed_topic_regex) + "/" : " -";
  if (!request.topic_partitions) return line + " -";
  line += " owns";
  for (const auto& topic : *request.topic_partitions) {
    for (const auto partition : topic.partitions) line += ":" + std::to_string(partition);
  }
  return line;
}

// A coordinator that answers what the test has queued (the last answer again and again), and a member whose program
// adopts what it is given when the test says so.
class EpochMembershipTest : public ::testing::Test, protected ScriptedClient, protected MembershipOwner {
 protected:
  struct Answer {
    std::int32_t epoch = 1;
    std::optional<std::vector<std::int32_t>> partitions;
    Errc code = Errc::none;
  };
  EpochMembershipTest() : ScriptedClient(1) {
    options.group_id = "g";
    options.protocol = GroupProtocol::consumer;
    auto& broker = brokers.broker(0);
    broker.on<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>([this](const auto& request, auto) {
      heard.push_back(text(request));
      members.emplace_back(request.member_id);
      rack = std::string(request.rack_id.value_or(""));
      ConsumerGroupHeartbeatResponse response;
      const Answer now = answers.front();
      if (answers.size() > 1) answers.pop_front();
      response.error_code = protocol::to_wire(now.code);
      response.member_id = request.member_id;
      response.member_epoch = now.epoch;
      response.heartbeat_interval_ms = 1'000;
      if (now.partitions) {
        response.assignment.emplace();
        response.assignment->topic_partitions.push_back({kId, *now.partitions});
      }
      return response;
    });
    broker.on<protocol::MetadataRequest, protocol::MetadataResponse>([](const auto& request, auto) {
      protocol::MetadataResponse response;
      response.brokers.push_back({0, "b0", 9092, std::nullopt});
      if (request.topics && !request.topics->empty()) {
        auto& topic = response.topics.emplace_back();
        topic.name = "t";
        topic.topic_id = kId;
      }
      return response;
    });
    member.polled(true);
  }

  void prepare_join(bool lost, Callback<void()> ready) override {
    if (lost) told.push_back("lost");
    ready();
  }
  std::vector<std::string> subscribed_topics() const override { return topics; }
  std::optional<std::string> subscribed_regex() const override { return regex; }
  std::vector<TopicPartition> owned_partitions() const override { return {}; }
  void on_assigned(std::vector<TopicPartition> partitions) override {
    std::string line = "assigned";
    for (const auto& one : partitions) line += " " + one.topic + std::to_string(one.partition);
    told.push_back(line);
    if (adopts) member.adopted(false);
  }
  void on_group_failed(Error why) override { told.push_back(why.text().substr(0, why.text().find(':'))); }

  void join() {
    member.want_join("");
    member.drive(ports.time());
    ports.run();
  }

  ConsumerOptions options;
  std::vector<std::string> topics{"t"};
  std::optional<std::string> regex;
  bool adopts = true;
  std::deque<Answer> answers{{1, std::nullopt, Errc::none}};
  std::vector<std::string> heard;
  std::vector<std::string> members;
  std::vector<std::string> told;
  std::string rack;
  EpochMembership member{cluster, options, *this, send_consumer_beat};
};

using Lines = std::vector<std::string>;

TEST_F(EpochMembershipTest, WhatWasAssignedIsAcknowledgedWhenItIsAdoptedAndNotBefore) {
  adopts = false;
  options.rack = "r1";
  answers = {{3, {{0, 1}}, Errc::none}, {3, std::nullopt, Errc::none}};
  join();
  EXPECT_EQ(heard, (Lines{"0 topics1 - owns"}));
  EXPECT_EQ(rack, "r1");
  EXPECT_TRUE(member.stable());
  ports.advance(Millis(1'500));
  EXPECT_EQ(told, (Lines{"assigned t0 t1"}));
  EXPECT_EQ(heard, (Lines{"0 topics1 - owns", "3 - - -"}));
  member.adopted(false);
  ports.run();
  EXPECT_EQ(heard.back(), "3 - - owns:0:1");
  ports.advance(Millis(1'500));
  EXPECT_EQ(heard.back(), "3 - - -") << "what has not changed is not told again";
}

TEST_F(EpochMembershipTest, AnAssignmentThatComesWhileOneIsAdoptedIsTheNext) {
  adopts = false;
  answers = {{1, {{0, 1}}, Errc::none}, {2, {{1}}, Errc::none}, {2, std::nullopt, Errc::none}};
  join();
  ports.advance(Millis(1'500));
  EXPECT_EQ(told, (Lines{"assigned t0 t1"}));
  member.adopted(false);
  EXPECT_EQ(told, (Lines{"assigned t0 t1", "assigned t1"}));
  member.adopted(true);
  ports.run();
  EXPECT_EQ(heard.back(), "2 - - owns:1");
}

TEST_F(EpochMembershipTest, AFencedMemberHasLostEverythingAndJoinsAgainWithItsId) {
  answers = {{1, {{0}}, Errc::none}, {1, std::nullopt, Errc::none}, {0, std::nullopt, Errc::fenced_member_epoch},
             {5, std::nullopt, Errc::none}};
  join();
  ports.advance(Millis(3'000));
  EXPECT_EQ(told, (Lines{"assigned t0", "lost"}));
  EXPECT_EQ(member.identity().generation, 5);
  EXPECT_NE(std::ranges::find(heard.begin() + 2, heard.end(), "0 topics1 - owns"), heard.end());
  for (const auto& id : members) EXPECT_EQ(id, members.front());
}

TEST_F(EpochMembershipTest, AnOldAdoptionSaysNothingOfANewMembership) {
  adopts = false;
  answers = {{1, {{0}}, Errc::none}, {0, std::nullopt, Errc::unknown_member_id}, {2, std::nullopt, Errc::none}};
  join();
  ports.advance(Millis(2'500));
  member.adopted(false);
  ports.advance(Millis(2'500));
  for (const auto& line : heard) EXPECT_EQ(line.find("owns:"), std::string::npos) << line;
}

TEST_F(EpochMembershipTest, AChangedSubscriptionIsToldWithoutLeavingAnything) {
  join();
  topics = {"t", "u"};
  join();
  EXPECT_EQ(heard.back(), "1 topics2 - -");
  regex = "t.*";
  join();
  EXPECT_EQ(heard.back(), "1 topics0 /t.*/ -");
  regex.reset();
  join();
  EXPECT_EQ(heard.back(), "1 topics2 // -");
}

TEST_F(EpochMembershipTest, LeavesForGoodOrAsAStaticMemberForAWhile) {
  join();
  bool done = false;
  member.leave("", GroupExit::usual, Millis(1'000), [&](Status status) { done = status.ok(); });
  ports.run();
  EXPECT_TRUE(done);
  EXPECT_EQ(heard.back(), "-1 - - -");
  options.instance_id = "i";
  join();
  member.leave("", GroupExit::usual, Millis(1'000), [](Status) {});
  ports.run();
  EXPECT_EQ(heard.back(), "-2 - - -");
  const auto before = heard.size();
  ports.advance(Millis(10'000));
  EXPECT_EQ(heard.size(), before);
}

TEST_F(EpochMembershipTest, TheProgramMayDecideWhetherItLeaves) {
  options.instance_id = "i";
  join();
  member.leave("", GroupExit::leave, Millis(1'000), [](Status) {});
  ports.run();
  EXPECT_EQ(heard.back(), "-1 - - -");
  options.instance_id.reset();
  join();
  const auto before = heard.size();
  member.leave("", GroupExit::stay, Millis(1'000), [](Status) {});
  ports.advance(Millis(10'000));
  EXPECT_EQ(heard.size(), before) << "the group finds out when the session is over";
}

TEST_F(EpochMembershipTest, AProgramThatDoesNotPollLeavesAndComesBackWithItsNextPoll) {
  options.max_poll_interval = Millis(5'000);
  answers = {{1, {{0}}, Errc::none}, {1, std::nullopt, Errc::none}};
  join();
  member.polled(false);
  ports.advance(Millis(20'000));
  EXPECT_EQ(heard.back(), "-1 - - -");
  EXPECT_EQ(told, (Lines{"assigned t0"}));
  member.polled(true);
  member.drive(ports.time());
  ports.run();
  EXPECT_EQ(told, (Lines{"assigned t0", "lost"}));
  EXPECT_EQ(heard.back(), "0 topics1 - owns");
}

TEST_F(EpochMembershipTest, APassingErrorIsTriedAgainAndAnotherOneTold) {
  answers = {{0, std::nullopt, Errc::coordinator_load_in_progress}, {0, std::nullopt, Errc::unsupported_assignor},
             {1, std::nullopt, Errc::none}};
  join();
  EXPECT_TRUE(told.empty());
  ports.advance(Millis(500));
  EXPECT_EQ(told, (Lines{"UNSUPPORTED_ASSIGNOR"}));
  EXPECT_FALSE(member.stable());
  ports.advance(Millis(5'000));
  member.drive(ports.time());
  ports.run();
  EXPECT_TRUE(member.stable());
}

}  // namespace
}  // namespace millrace::client
