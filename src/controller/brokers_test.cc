#include <gtest/gtest.h>

#include "controller/leadership.h"
#include "controller/testing/decisions.h"
#include "protocol/gen/allocate_producer_ids.h"
#include "protocol/gen/broker_heartbeat.h"
#include "protocol/gen/broker_registration.h"
#include "protocol/gen/partition_record.h"
#include "protocol/gen/topic_record.h"

namespace millrace::controller {
namespace {

using protocol::BrokerHeartbeatRequest;
using protocol::BrokerHeartbeatResponse;
using protocol::BrokerRegistrationRequest;
using protocol::BrokerRegistrationResponse;
using Types = std::vector<std::uint32_t>;

BrokerRegistrationRequest registration(std::uint64_t life) {
  BrokerRegistrationRequest request;
  request.broker_id = 1;
  request.cluster_id = "cluster";
  request.incarnation_id = {5, life};
  request.features = {{"metadata.version", 7, 30}, {"eligible.leader.replicas.version", 0, 1}};
  request.rack = std::nullopt;
  request.log_dirs = {Uuid{2000, 1}};
  return request;
}

class Brokers : public ::testing::Test {
 protected:
  BrokerRegistrationResponse enroll(const BrokerRegistrationRequest& request) {
    return desk_.ask<BrokerRegistrationResponse>(request, 4);
  }
  BrokerHeartbeatResponse beat(bool want_shut_down = false, std::int64_t offset = 1'000'000) {
    BrokerHeartbeatRequest request;
    request.broker_id = 1;
    request.broker_epoch = epoch_;
    request.current_metadata_offset = offset;
    request.want_shut_down = want_shut_down;
    return desk_.ask<BrokerHeartbeatResponse>(request, 2);
  }
  void live(std::uint64_t life) {
    epoch_ = enroll(registration(life)).broker_epoch;
    beat();
  }
  void topic() {
    protocol::TopicRecord topic;
    topic.name = "t";
    topic.topic_id = {1, 1};
    desk_.record(topic);
    protocol::PartitionRecord partition;
    partition.topic_id = {1, 1};
    partition.partition_id = 0;
    partition.replicas = partition.isr = {1};
    partition.leader = 1;
    partition.leader_epoch = partition.partition_epoch = 0;
    desk_.record(partition);
  }
  const metadata::BrokerImage& broker() { return *desk_.image().broker(NodeId(1)); }
  const metadata::PartitionImage& partition() { return desk_.image().topic("t")->partitions[0]; }

  Desk desk_;
  std::int64_t epoch_ = -1;
};

TEST_F(Brokers, EpochIsTheOffsetOfTheRegistration) {
  const std::int64_t next = desk_.next_offset();
  const auto response = enroll(registration(1));
  EXPECT_EQ(response.error_code, 0);
  EXPECT_EQ(response.broker_epoch, next);
  EXPECT_TRUE(broker().fenced);
}

TEST_F(Brokers, UnfencedOnceItHasItsOwnRegistration) {
  epoch_ = enroll(registration(1)).broker_epoch;
  EXPECT_TRUE(beat(false, epoch_ - 1).is_fenced);
  EXPECT_TRUE(broker().fenced);
  const auto response = beat(false, epoch_);
  EXPECT_FALSE(response.is_fenced);
  EXPECT_TRUE(response.is_caught_up);
  EXPECT_FALSE(broker().fenced);
  EXPECT_EQ(beat().error_code, 0);
  EXPECT_TRUE(desk_.recorded().empty());  // a heartbeat that changes nothing records nothing
}

TEST_F(Brokers, AnotherLifeWaitsUntilTheFirstIsFenced) {
  live(1);
  EXPECT_EQ(enroll(registration(2)).error_code, 101);
  EXPECT_EQ(enroll(registration(1)).broker_epoch, epoch_);  // the same life asks again
  EXPECT_EQ(beat(true).error_code, 0);
  EXPECT_EQ(enroll(registration(2)).error_code, 0);
}

TEST_F(Brokers, WrongRegistrationsAreRefused) {
  auto request = registration(1);
  request.cluster_id = "other";
  EXPECT_EQ(enroll(request).error_code, 104);
  request = registration(1);
  request.features = {{"metadata.version", 7, 29}};
  EXPECT_EQ(enroll(request).error_code, 35);
  request.features.clear();
  EXPECT_EQ(enroll(request).error_code, 35);
  request = registration(1);
  request.log_dirs.clear();
  EXPECT_EQ(enroll(request).error_code, 119);
  request.log_dirs = {Uuid{0, 2}};
  EXPECT_EQ(enroll(request).error_code, 119);
  EXPECT_EQ(desk_.image().broker(NodeId(1)), nullptr);
}

TEST_F(Brokers, StaleEpochIsToldSo) {
  live(1);
  ++epoch_;
  EXPECT_EQ(beat().error_code, 77);
  protocol::AllocateProducerIdsRequest ids;
  ids.broker_id = 1;
  ids.broker_epoch = epoch_;
  EXPECT_EQ(desk_.ask<protocol::AllocateProducerIdsResponse>(ids, 0).error_code, 77);
}

TEST_F(Brokers, AFailedDirectoryCostsTheLeadershipOfWhatLiesThere) {
  desk_.with_feature("eligible.leader.replicas.version", 1);
  const Uuid failed{2000, 1};
  const Uuid other{2000, 2};
  auto request = registration(1);
  request.log_dirs = {failed, other};
  epoch_ = enroll(request).broker_epoch;
  beat();
  protocol::TopicRecord topic;
  topic.name = "t";
  topic.topic_id = {1, 1};
  desk_.record(topic);
  for (const Uuid& directory : request.log_dirs) {
    protocol::PartitionRecord partition;
    partition.topic_id = {1, 1};
    partition.partition_id = directory == failed ? 0 : 1;
    partition.replicas = partition.isr = {1};
    partition.leader = 1;
    partition.leader_epoch = partition.partition_epoch = 0;
    partition.directories = {directory};
    desk_.record(partition);
  }
  BrokerHeartbeatRequest heartbeat;
  heartbeat.broker_id = 1;
  heartbeat.broker_epoch = epoch_;
  heartbeat.current_metadata_offset = 1'000'000;
  heartbeat.offline_log_dirs = {failed};
  EXPECT_FALSE(desk_.ask<BrokerHeartbeatResponse>(heartbeat, 2).is_fenced);
  EXPECT_EQ(desk_.recorded(), (Types{5, 17}));
  const auto& partitions = desk_.image().topic("t")->partitions;
  EXPECT_EQ(partitions[0].leader, kNoNode);
  EXPECT_EQ(partitions[0].elr, std::vector{NodeId(1)});
  EXPECT_EQ(partitions[1].leader, NodeId(1));
  EXPECT_EQ(broker().log_dirs, std::vector{other});
  EXPECT_EQ(desk_.ask<BrokerHeartbeatResponse>(heartbeat, 2).error_code, 0);
  EXPECT_TRUE(desk_.recorded().empty()) << "told once";

  // Back again without the directory, it leads only what lies in the other one; with it, everything.
  for (const bool whole : {false, true}) {
    beat(true);
    beat(true);
    request = registration(whole ? 3 : 2);
    request.previous_broker_epoch = epoch_;
    request.log_dirs = whole ? std::vector{failed, other} : std::vector{other};
    epoch_ = enroll(request).broker_epoch;
    beat();
    EXPECT_EQ(partition().leader, whole ? NodeId(1) : kNoNode);
    EXPECT_EQ(desk_.image().topic("t")->partitions[1].leader, NodeId(1));
  }
}

TEST_F(Brokers, StopHandsOverFirst) {
  desk_.with_feature("eligible.leader.replicas.version", 1);
  live(1);
  topic();
  EXPECT_FALSE(beat(true).should_shut_down);
  EXPECT_EQ(desk_.recorded(), (Types{17, 5}));
  EXPECT_TRUE(broker().in_controlled_shutdown);
  EXPECT_EQ(partition().leader, kNoNode);
  EXPECT_TRUE(partition().isr.empty());
  EXPECT_EQ(partition().elr, std::vector{NodeId(1)});
  EXPECT_EQ(partition().last_known_elr, std::vector{NodeId(1)});
  EXPECT_TRUE(beat(true).should_shut_down);
  EXPECT_EQ(desk_.recorded(), Types{17});
  EXPECT_TRUE(broker().fenced);
}

TEST_F(Brokers, UncleanLifeIsNotEligibleAndComesBackInRecovery) {
  desk_.with_feature("eligible.leader.replicas.version", 1);
  live(1);
  topic();
  beat(true);
  beat(true);
  auto request = registration(2);
  request.previous_broker_epoch = epoch_ - 1;
  const std::int64_t next = desk_.next_offset();
  epoch_ = enroll(request).broker_epoch;
  EXPECT_EQ(epoch_, next);  // of the write, though the partition's record comes first in it
  EXPECT_EQ(desk_.recorded(), (Types{5, 0}));
  EXPECT_TRUE(partition().elr.empty());
  EXPECT_EQ(partition().last_known_elr, std::vector{NodeId(1)});
  beat();
  EXPECT_EQ(partition().leader, NodeId(1));
  EXPECT_EQ(partition().leader_recovery_state, 1);
}

TEST_F(Brokers, WithoutEligibleReplicasTheLastOneStaysInTheIsr) {
  live(1);
  topic();
  beat(true);
  EXPECT_EQ(partition().leader, kNoNode);
  EXPECT_EQ(partition().isr, std::vector{NodeId(1)});
  beat(true);
  live(2);
  EXPECT_EQ(partition().leader, NodeId(1));
  EXPECT_EQ(partition().leader_recovery_state, 0);
}

TEST_F(Brokers, BlocksOfProducerIdsFollowEachOther) {
  live(1);
  protocol::AllocateProducerIdsRequest request;
  request.broker_id = 1;
  request.broker_epoch = epoch_;
  for (const std::int64_t start : {0, 1000, 2000}) {
    const auto response = desk_.ask<protocol::AllocateProducerIdsResponse>(request, 0);
    EXPECT_EQ(response.producer_id_start, start);
    EXPECT_EQ(response.producer_id_len, 1000);
  }
}

// Three replicas, two of which must be in sync; one after the other leaves.
TEST(Leadership, PassesToThoseInSyncThenToTheEligible) {
  Desk desk;
  for (const int id : {1, 2, 3}) desk.with_broker(id);
  metadata::PartitionImage partition;
  partition.index = PartitionIndex(0);
  partition.replicas = partition.isr = {NodeId(1), NodeId(2), NodeId(3)};
  partition.leader = NodeId(1);
  const auto first = shifted(desk.image(), {1, 1}, partition, {NodeId(1), kNoNode, kNoNode}, {true, 2, false});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->leader, 2);
  EXPECT_EQ(first->isr, (std::vector<std::int32_t>{2, 3}));
  EXPECT_FALSE(first->eligible_leader_replicas);  // two are still in sync

  partition.isr = {NodeId(2), NodeId(3)};
  partition.leader = NodeId(2);
  const auto second = shifted(desk.image(), {1, 1}, partition, {NodeId(3), kNoNode, kNoNode}, {true, 2, false});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->leader, -2);
  EXPECT_EQ(second->isr, (std::vector<std::int32_t>{2}));
  EXPECT_EQ(second->eligible_leader_replicas, (std::vector<std::int32_t>{3}));

  partition.isr = {NodeId(2)};
  partition.elr = {NodeId(3)};
  const auto third = shifted(desk.image(), {1, 1}, partition, {NodeId(2), kNoNode, kNoNode}, {true, 2, false});
  ASSERT_TRUE(third);
  EXPECT_EQ(third->leader, 3);  // eligible, and active
  EXPECT_EQ(third->isr, (std::vector<std::int32_t>{3}));
  EXPECT_EQ(third->eligible_leader_replicas, (std::vector<std::int32_t>{2}));
}

}  // namespace
}  // namespace millrace::controller
