#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "controller/placement.h"
#include "controller/testing/decisions.h"
#include "controller/topic_names.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/delete_topics.h"

namespace millrace::controller {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using Types = std::vector<std::uint32_t>;

CreateTopicsRequest one(std::string_view name, std::int32_t partitions = 1, std::int16_t factor = 1) {
  CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = partitions;
  topic.replication_factor = factor;
  return request;
}

class Topics : public ::testing::Test {
 protected:
  Topics() { desk_.with_broker(1); }
  CreateTopicsResponse::CreatableTopicResult create(const CreateTopicsRequest& request, std::int16_t version = 7) {
    return desk_.ask<CreateTopicsResponse>(request, version).topics.at(0);
  }
  std::int16_t code_of(const CreateTopicsRequest& request) { return create(request).error_code; }
  Desk desk_;
};

TEST_F(Topics, CreationRecordsTopicConfigsAndPartitions) {
  CreateTopicsRequest request = one("t", 2);
  request.topics[0].configs = {{"retention.ms", "1000"}, {"retention.ms", "2000"}};
  const auto answer = create(request);
  EXPECT_EQ(answer.error_code, 0);
  EXPECT_EQ(answer.error_message, std::nullopt);
  EXPECT_EQ(answer.num_partitions, 2);
  EXPECT_EQ(answer.replication_factor, 1);
  EXPECT_EQ(desk_.recorded(), (Types{2, 4, 3, 3}));
  const metadata::TopicImage* topic = desk_.image().topic("t");
  ASSERT_NE(topic, nullptr);
  EXPECT_EQ(topic->id, answer.topic_id);
  EXPECT_EQ(topic->partitions[1].leader, NodeId(1));
  EXPECT_EQ(topic->partitions[1].directories, (std::vector{Uuid{2000, 1}}));
  EXPECT_EQ(desk_.image().configs({metadata::ResourceType::topic, "t"}).at("retention.ms"), "2000");
}

TEST_F(Topics, AnswerListsEverySettingAndWhereItComesFrom) {
  CreateTopicsRequest request = one("t");
  request.topics[0].configs = {{"retention.bytes", " 100 "}};
  const auto answer = create(request);
  ASSERT_TRUE(answer.configs);
  std::string before;
  bool found = false;
  for (const auto& config : *answer.configs) {
    EXPECT_LT(before, config.name);
    before = config.name;
    if (config.name != "retention.bytes") continue;
    found = true;
    EXPECT_EQ(config.value, " 100 ");
    EXPECT_EQ(config.config_source, 1);
  }
  EXPECT_TRUE(found);
  EXPECT_GT(answer.configs->size(), 20U);
}

TEST_F(Topics, AnswerListsASettingThatIsNotShownOnlyWhereTheTopicHasIt) {
  const auto shown = [&](const CreateTopicsRequest& request) {
    const auto answer = create(request);
    EXPECT_EQ(answer.error_code, 0);
    return std::ranges::any_of(answer.configs.value(),
                               [](const auto& config) { return config.name == "internal.segment.bytes"; });
  };
  EXPECT_FALSE(shown(one("a")));
  CreateTopicsRequest request = one("b");
  request.topics[0].configs = {{"internal.segment.bytes", "1000"}};
  EXPECT_TRUE(shown(request));
}

TEST_F(Topics, DefaultsAreTheServers) {
  desk_.server().topics.partitions = 5;
  EXPECT_EQ(create(one("t", -1, -1)).num_partitions, 5);
  EXPECT_EQ(desk_.image().topic("t")->partitions.size(), 5U);
}

TEST_F(Topics, ValidationAloneChangesNothing) {
  CreateTopicsRequest request = one("t", 3);
  request.validate_only = true;
  EXPECT_EQ(code_of(request), 0);
  EXPECT_TRUE(desk_.recorded().empty());
  EXPECT_EQ(desk_.image().topic("t"), nullptr);
}

TEST_F(Topics, EveryTopicOfARequestStandsAlone) {
  CreateTopicsRequest request = one("good");
  request.topics.push_back({"a b", 1, 1, {}, {}});
  request.topics.push_back({"twice", 1, 1, {}, {}});
  request.topics.push_back({"twice", 2, 1, {}, {}});
  request.topics.push_back({"wide", 1, 9, {}, {}});
  const auto response = desk_.ask<CreateTopicsResponse>(request, 7);
  ASSERT_EQ(response.topics.size(), 4U);
  EXPECT_EQ(response.topics[0].error_code, 0);
  EXPECT_EQ(response.topics[1].error_code, 17);
  EXPECT_EQ(response.topics[2].error_code, 42);
  EXPECT_EQ(response.topics[2].error_message, "Duplicate topic name.");
  EXPECT_EQ(response.topics[3].error_code, 38);
  EXPECT_EQ(desk_.image().topics().size(), 1U);
}

TEST_F(Topics, CountsOutOfRangeAreRefused) {
  EXPECT_EQ(code_of(one("t", 0)), 37);
  EXPECT_EQ(code_of(one("t", -2)), 37);
  EXPECT_EQ(code_of(one("t", 1, 0)), 38);
  EXPECT_EQ(code_of(one("t", 1, -2)), 38);
  EXPECT_EQ(code_of(one("t", 10'001)), 44);
  EXPECT_EQ(code_of(one("t", 2'147'483'647)), 44);
  EXPECT_EQ(code_of(one("t", 10'000)), 0);
}

TEST_F(Topics, TimeThatIsUpCreatesNothing) {
  CreateTopicsRequest request = one("t");
  request.timeout_ms = 0;
  EXPECT_EQ(code_of(request), 7);
  EXPECT_EQ(desk_.image().topic("t"), nullptr);
}

TEST_F(Topics, NamesThatDifferByDotAndUnderscoreCollide) {
  EXPECT_EQ(code_of(one("a.b")), 0);
  const auto answer = create(one("a_b"));
  EXPECT_EQ(answer.error_code, 17);
  EXPECT_EQ(answer.error_message, "Topic 'a_b' collides with existing topic: a.b");
  EXPECT_EQ(code_of(one("a.b")), 36);
  EXPECT_EQ(code_of(one("__cluster_metadata")), 42);
}

TEST_F(Topics, ManualAssignmentIsChecked) {
  using Assignment = std::vector<CreateTopicsRequest::CreatableReplicaAssignment>;
  const auto assigned = [&](Assignment assignment) {
    CreateTopicsRequest request = one("t", -1, -1);
    request.validate_only = true;
    request.topics[0].assignments = std::move(assignment);
    return code_of(request);
  };
  EXPECT_EQ(assigned({{0, {1}}, {1, {1}}}), 0);
  EXPECT_EQ(assigned({{1, {1}}, {0, {1}}}), 0);
  EXPECT_EQ(assigned({{0, {7}}}), 39);
  EXPECT_EQ(assigned({{0, {1, 1}}}), 39);
  EXPECT_EQ(assigned({{0, {1}}, {2, {1}}}), 39);
  EXPECT_EQ(assigned({{1, {1}}}), 39);
  EXPECT_EQ(assigned({{0, {}}}), 39);
  EXPECT_EQ(assigned({{0, {1}}, {0, {1}}}), 39);
  CreateTopicsRequest both = one("t", 2, 1);
  both.topics[0].assignments = {{0, {1}}};
  EXPECT_EQ(code_of(both), 42);
}

TEST_F(Topics, WrongConfigIsRefused) {
  for (const auto& [name, value] : {std::pair("no.such", "1"), std::pair("retention.ms", "abc"),
                                    std::pair("cleanup.policy", "shred"), std::pair("segment.bytes", "13")}) {
    CreateTopicsRequest request = one("t");
    request.topics[0].configs = {{name, value}};
    EXPECT_EQ(code_of(request), 40) << name;
  }
  CreateTopicsRequest request = one("t");
  request.topics[0].configs = {{"retention.ms", std::nullopt}};
  EXPECT_EQ(code_of(request), 40);
}

TEST_F(Topics, MinIsrAmongTheConfigsClearsEligibleReplicas) {
  desk_.with_feature("eligible.leader.replicas.version", 1);
  CreateTopicsRequest request = one("t");
  request.topics[0].configs = {{"min.insync.replicas", "2"}};
  EXPECT_EQ(code_of(request), 0);
  EXPECT_EQ(desk_.recorded(), (Types{2, 4, 28, 3}));
}

TEST(TopicNames, LegalOnes) {
  for (const char* good : {"a", "A-b_c.9", "__consumer_offsets", "..."}) {
    EXPECT_TRUE(check_topic_name(good).ok()) << good;
  }
  for (const char* bad : {"", ".", "..", "a b", "a/b", "\xc3\xa4", "a:b"}) {
    EXPECT_FALSE(check_topic_name(bad).ok()) << bad;
  }
  EXPECT_TRUE(check_topic_name(std::string(249, 'x')).ok());
  EXPECT_FALSE(check_topic_name(std::string(250, 'x')).ok());
}

TEST(Placement, LeadersAndReplicasAreSpreadOverBrokersAndRacks) {
  Desk desk;
  for (const auto& [id, rack] : {std::pair(1, "a"), std::pair(2, "a"), std::pair(3, "b"), std::pair(4, "b")}) {
    desk.with_broker(id, rack);
  }
  FixedRandom random;
  const auto placed = place_replicas(desk.image(), 40, 2, random);
  ASSERT_TRUE(placed.ok());
  std::map<NodeId, int> leads;
  for (const auto& replicas : *placed) {
    ASSERT_EQ(replicas.size(), 2U);
    EXPECT_NE(replicas[0], replicas[1]);
    ++leads[replicas[0]];
  }
  for (const auto& [id, count] : leads) EXPECT_EQ(count, 10) << id.value();
  EXPECT_FALSE(place_replicas(desk.image(), 1, 5, random).ok());
}

class Deletions : public Topics {
 protected:
  Deletions() { EXPECT_EQ(code_of(one("t")), 0); }
  static DeleteTopicsRequest request_for(std::vector<DeleteTopicsRequest::DeleteTopicState> topics) {
    DeleteTopicsRequest request;
    request.topics = std::move(topics);
    request.timeout_ms = 1000;
    return request;
  }
  DeleteTopicsResponse remove(const DeleteTopicsRequest& request, std::int16_t version = 6) {
    return desk_.ask<DeleteTopicsResponse>(request, version);
  }
};

TEST_F(Deletions, ByNameOrById) {
  const Uuid id = desk_.image().topic("t")->id;
  const auto response = remove(request_for({{std::nullopt, id}}));
  EXPECT_EQ(response.responses.at(0).error_code, 0);
  EXPECT_EQ(response.responses.at(0).name, "t");
  EXPECT_EQ(desk_.recorded(), Types{9});
  EXPECT_EQ(remove(request_for({{std::nullopt, id}})).responses.at(0).error_code, 100);
  EXPECT_EQ(remove(request_for({{"t", Uuid()}})).responses.at(0).error_code, 3);
  DeleteTopicsRequest old;
  old.topic_names = {"t"};
  old.timeout_ms = 1000;
  EXPECT_EQ(remove(old, 5).responses.at(0).error_code, 3);
}

TEST_F(Deletions, WhatIsNamedTwiceIsAnsweredOnceAndStays) {
  const Uuid id = desk_.image().topic("t")->id;
  for (const auto& request :
       {request_for({{"t", Uuid()}, {"t", Uuid()}}), request_for({{"t", Uuid()}, {std::nullopt, id}}),
        request_for({{std::nullopt, id}, {std::nullopt, id}}), request_for({{"t", id}}),
        request_for({{std::nullopt, Uuid()}})}) {
    const auto response = remove(request);
    ASSERT_EQ(response.responses.size(), 1U);
    EXPECT_EQ(response.responses[0].error_code, 42);
    EXPECT_NE(desk_.image().topic("t"), nullptr);
  }
}

TEST_F(Deletions, CanBeSwitchedOff) {
  desk_.server().topics.delete_enabled = false;
  EXPECT_EQ(remove(request_for({{"t", Uuid()}})).responses.at(0).error_code, 73);
  EXPECT_NE(desk_.image().topic("t"), nullptr);
}

}  // namespace
}  // namespace millrace::controller
