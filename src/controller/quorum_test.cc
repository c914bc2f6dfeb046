#include "controller/quorum.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/testing/cluster.h"
#include "metadata/record_frame.h"
#include "protocol/gen/allocate_producer_ids.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/delete_topics.h"
#include "protocol/gen/update_features.h"
#include "record/record_reader.h"
#include "sim/world.h"

namespace millrace::controller {
namespace {

constexpr Nanos kSecond{1'000'000'000};

std::vector<std::string> after(const std::vector<std::string>& all, std::size_t first) {
  return {all.begin() + static_cast<std::ptrdiff_t>(first), all.end()};
}

TEST(Quorum, FirstStartTellsKafkasStory) {
  Cluster cluster(1);
  cluster.start();
  const std::vector<std::string> expected{
      "c2",                          // the leader of epoch 1
      "23 12 12 12 12 12 12 4 24",   // the bootstrap transaction: features, min.insync.replicas
      "27",                          // this controller
      "0",                           // this broker
      "17 17",                       // its cordoned directories (none); unfenced
  };
  EXPECT_EQ(cluster.story(), expected);
  const auto& image = *cluster.app().image();
  EXPECT_EQ(image.feature("metadata.version"), 30);
  EXPECT_EQ(image.kraft_version(), 1);
  EXPECT_EQ(image.controller(), NodeId(1));
  EXPECT_EQ(image.controller_epoch(), LeaderEpoch(1));
  EXPECT_FALSE(image.broker(NodeId(1))->fenced);
  EXPECT_EQ(image.broker(NodeId(1))->epoch, 11);
  EXPECT_EQ(image.configs({metadata::ResourceType::broker, ""}).at("min.insync.replicas"), "1");
  EXPECT_EQ(*cluster.node->disk().contents("data/__cluster_metadata-0/quorum-state"),
            R"({"leaderId":1,"leaderEpoch":1,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA",)"
            R"("data_version":1})");
}

TEST(Quorum, TopicIsThereAfterACleanRestartAndItsLeaderEpochHasMovedByTwo) {
  Cluster cluster(2);
  cluster.start();
  EXPECT_EQ(cluster.create("t", 3), 0);
  EXPECT_EQ(cluster.create("t", 3), 36);
  const Uuid id = cluster.app().image()->topic("t")->id;
  EXPECT_EQ(cluster.partition("t").leader, NodeId(1));
  EXPECT_EQ(cluster.partition("t").leader_epoch, LeaderEpoch(0));
  const std::size_t before = cluster.story().size();
  cluster.stop();
  cluster.start();
  const std::vector<std::string> expected{"17 5 5 5", "17", "c2", "27", "0", "17 17 5 5 5"};
  EXPECT_EQ(after(cluster.story(), before), expected);
  const auto& image = *cluster.app().image();
  ASSERT_NE(image.topic("t"), nullptr);
  EXPECT_EQ(image.topic("t")->id, id);
  EXPECT_EQ(image.controller_epoch(), LeaderEpoch(2));
  const auto& partition = cluster.partition("t");
  EXPECT_EQ(partition.leader, NodeId(1));
  EXPECT_EQ(partition.leader_epoch, LeaderEpoch(2));
  EXPECT_EQ(partition.isr, std::vector{NodeId(1)});
  EXPECT_TRUE(partition.elr.empty());
  EXPECT_TRUE(partition.last_known_elr.empty());
  EXPECT_EQ(partition.leader_recovery_state, 0);
}

TEST(Quorum, AfterAKillTheNodeTakesOverFromItselfAtOnce) {
  Cluster cluster(3);
  cluster.start();
  EXPECT_EQ(cluster.create("t"), 0);
  const std::size_t before = cluster.story().size();
  cluster.kill(sim::Crash::process);
  const MonoTime killed = cluster.world.now();
  cluster.start();
  EXPECT_LT(cluster.world.now() - killed, 100'000'000);
  // Fenced as a dead broker is; not eligible, since its end was not clean; then registered and elected uncleanly.
  const std::vector<std::string> expected{"c2", "27", "5 17", "5 0", "17 17 5"};
  EXPECT_EQ(after(cluster.story(), before), expected);
  const auto& partition = cluster.partition("t");
  EXPECT_EQ(partition.leader, NodeId(1));
  EXPECT_EQ(partition.leader_epoch, LeaderEpoch(2));
  EXPECT_EQ(partition.isr, std::vector{NodeId(1)});
  EXPECT_TRUE(partition.elr.empty());
  EXPECT_TRUE(partition.last_known_elr.empty());
  EXPECT_EQ(partition.leader_recovery_state, 1);
}

TEST(Quorum, NewEndpointIsWrittenIntoTheVoters) {
  Cluster cluster(4);
  cluster.start();
  cluster.stop();
  const std::size_t before = cluster.story().size();
  cluster.plan.controller_port = 19093;
  cluster.start();
  cluster.stop();
  EXPECT_EQ(cluster.story().at(before), "c2 c5 c6");
  const std::size_t again = cluster.story().size();
  cluster.start();
  EXPECT_EQ(cluster.story().at(again), "c2");
}

TEST(Quorum, FixedVoterMovesIntoTheLogAndIsFoundThereAfterARestart) {
  Cluster cluster(5);
  cluster.plan.fixed_voters = true;
  cluster.plan.server.quorum.voters.push_back({cluster.plan.node.value(), {"localhost", cluster.plan.controller_port}});
  cluster.start();
  EXPECT_EQ(cluster.app().image()->kraft_version(), 0);
  const std::size_t before = cluster.story().size();
  protocol::UpdateFeaturesRequest request;
  request.feature_updates = {{"kraft.version", 1, false, 1}};
  for (int i = 0; i < 2; ++i) {  // the second time there is nothing to do
    cluster.ask<protocol::UpdateFeaturesResponse>(
        request, 2, [](const protocol::UpdateFeaturesResponse& response) { EXPECT_EQ(response.error_code, 0); });
  }
  EXPECT_EQ(cluster.story().at(before), "c5 c6");
  EXPECT_EQ(cluster.story().size(), before + 1);
  EXPECT_EQ(cluster.app().image()->kraft_version(), 1);
  cluster.kill(sim::Crash::power);
  cluster.plan.server.quorum.voters.clear();
  cluster.start();
  EXPECT_EQ(cluster.app().image()->kraft_version(), 1);
  EXPECT_EQ(cluster.create("t"), 0);
}

TEST(Quorum, AnotherDirectoryIsNotTheVoter) {
  Cluster cluster(5);
  cluster.start();
  cluster.stop();
  cluster.plan.directory = {9, 9};
  cluster.world.start(*cluster.node);
  cluster.world.run_for(kSecond);
  EXPECT_NE(cluster.plan.failure.find("not a voter"), std::string::npos) << cluster.plan.failure;
}

TEST(Quorum, DeletedTopicStaysDeleted) {
  Cluster cluster(6);
  cluster.start();
  EXPECT_EQ(cluster.create("t"), 0);
  protocol::DeleteTopicsRequest request;
  request.topics.emplace_back().name = "t";
  request.timeout_ms = 1000;
  cluster.ask<protocol::DeleteTopicsResponse>(request, 6, [](const protocol::DeleteTopicsResponse& response) {
    EXPECT_EQ(response.responses.at(0).error_code, 0);
  });
  EXPECT_EQ(cluster.app().image()->topic("t"), nullptr);
  cluster.kill(sim::Crash::power);
  cluster.start();
  EXPECT_EQ(cluster.app().image()->topic("t"), nullptr);
  EXPECT_EQ(cluster.create("t"), 0);
}

TEST(Quorum, RequestsThatComeBeforeTheElectionAreAnsweredAfterIt) {
  Cluster cluster(7);
  bool answered = false;
  cluster.plan.ready = [&answered](QuorumApp&) { answered = true; };  // the registration was sent before the election
  cluster.world.start(*cluster.node);
  EXPECT_TRUE(cluster.world.run_until([&] { return answered; }, cluster.world.now() + Millis(10'000)));
}

// What was taken before the disk was found full waits for space; what comes after is refused.
TEST(Quorum, FullDiskRefusesAndGoesOnWhenThereIsSpace) {
  Cluster cluster(8);
  cluster.start();
  EXPECT_EQ(cluster.create("before"), 0);
  cluster.node->disk().set_budget(cluster.node->disk().used());
  std::map<std::string, std::int16_t> codes;
  const auto create_later = [&](const std::string& name) {
    cluster.app().shard().timers.at(cluster.world.now(), [&, name] {
      protocol::CreateTopicsRequest request;
      auto& topic = request.topics.emplace_back();
      topic.name = name;
      topic.num_partitions = 1000;
      topic.replication_factor = 1;
      cluster.app().ask<protocol::CreateTopicsResponse>(
          request, 7, [&codes, name](const protocol::CreateTopicsResponse& response) {
            codes[name] = response.topics.at(0).error_code;
          });
    });
    cluster.world.run_for(kSecond);
  };
  create_later("waits");
  create_later("refused");
  EXPECT_EQ(codes, (std::map<std::string, std::int16_t>{{"refused", 56}}));
  EXPECT_EQ(cluster.node->failure(), "");
  EXPECT_EQ(cluster.app().image()->topic("waits"), nullptr);  // not committed, so not shown

  cluster.node->disk().set_budget(~std::uint64_t{0});
  cluster.world.run_for(Nanos(10'000'000'000));
  EXPECT_EQ(codes["waits"], 0);
  EXPECT_EQ(cluster.create("after"), 0);
  cluster.kill(sim::Crash::power);
  cluster.start();
  for (const char* name : {"before", "waits", "after"}) EXPECT_NE(cluster.app().image()->topic(name), nullptr) << name;
  EXPECT_EQ(cluster.app().image()->topic("refused"), nullptr);
}

TEST(Quorum, MetadataLogThatCannotBeSyncedEndsTheNode) {
  Cluster cluster(9);
  cluster.start();
  sim::Profile broken = sim::Profile::calm();
  broken.sync_error = 1;
  cluster.node->disk().set_profile(broken);
  cluster.app().shard().timers.at(cluster.world.now(), [&] {
    protocol::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.num_partitions = 1;
    topic.replication_factor = 1;
    cluster.app().ask<protocol::CreateTopicsResponse>(request, 7, [](const protocol::CreateTopicsResponse& response) {
      EXPECT_EQ(response.topics.at(0).error_code, 41);
    });
  });
  cluster.world.run_for(kSecond);
  EXPECT_NE(cluster.node->failure().find("metadata log"), std::string::npos) << cluster.node->failure();
}

// What clients were told, over all lives of a node.
struct Told {
  std::map<std::string, Uuid> topics;
  std::set<std::int64_t> blocks;
  std::uint64_t asked = 0;
  bool twice = false;  // a block of producer ids was given out twice
};

// Creates topics and takes blocks of producer ids without end.
void keep_asking(QuorumApp& app, Told& told) {
  protocol::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  const std::string name = "t" + std::to_string(told.asked++);
  topic.name = name;
  topic.num_partitions = 2;
  topic.replication_factor = 1;
  app.ask<protocol::CreateTopicsResponse>(request, 7, [&told](const protocol::CreateTopicsResponse& response) {
    const auto& result = response.topics.at(0);
    if (result.error_code == 0) told.topics[std::string(result.name)] = result.topic_id;
  });
  protocol::AllocateProducerIdsRequest ids;
  ids.broker_id = 1;
  ids.broker_epoch = app.broker_epoch();
  app.ask<protocol::AllocateProducerIdsResponse>(ids, 0, [&](const protocol::AllocateProducerIdsResponse& response) {
    if (response.error_code == 0) told.twice |= !told.blocks.insert(response.producer_id_start).second;
    app.shard().timers.at(app.shard().clock.now() + Millis(1), [&] { keep_asking(app, told); });
  });
}

TEST(Quorum, NothingAcknowledgedIsLostWheneverTheNodeDies) {
  std::size_t created = 0;
  std::uint64_t taken = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Prng shape(seed);
    Cluster cluster(seed, sim::Profile::draw(shape, false));
    Told told;
    cluster.plan.ready = [&told](QuorumApp& app) { keep_asking(app, told); };
    for (int life = 0; life < 6; ++life) {
      cluster.world.start(*cluster.node);
      cluster.world.run_for(Nanos(static_cast<std::int64_t>(shape.below(120'000'000))));
      if (shape.one_in(4)) cluster.node->kill_inside_job(1 + shape.below(20));
      cluster.world.run_for(Nanos(static_cast<std::int64_t>(shape.below(20'000'000))));
      cluster.kill(shape.one_in(3) ? sim::Crash::process : sim::Crash::power);
    }
    cluster.node->disk().set_profile(sim::Profile::calm());
    ASSERT_EQ(cluster.node->failure(), "") << seed;
    ASSERT_EQ(cluster.plan.failure, "") << seed;
    cluster.start();
    for (const auto& [name, id] : told.topics) {
      const metadata::TopicImage* topic = cluster.app().image()->topic(name);
      ASSERT_NE(topic, nullptr) << name << " of seed " << seed;
      EXPECT_EQ(topic->id, id);
      EXPECT_EQ(topic->partitions.size(), 2U);
    }
    EXPECT_FALSE(told.twice) << seed;
    if (!told.blocks.empty()) {
      EXPECT_GT(cluster.app().image()->next_producer_id(), *told.blocks.rbegin());
    }
    created += told.topics.size();
    taken += cluster.node->disk().lost();
  }
  EXPECT_GT(created, 500U);
  EXPECT_GT(taken, 100U);
}

}  // namespace
}  // namespace millrace::controller
