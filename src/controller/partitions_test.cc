#include <gtest/gtest.h>

#include "controller/testing/decisions.h"
#include "protocol/gen/alter_partition.h"
#include "protocol/gen/alter_partition_reassignments.h"
#include "protocol/gen/assign_replicas_to_dirs.h"
#include "protocol/gen/create_partitions.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/elect_leaders.h"
#include "protocol/gen/fence_broker_record.h"
#include "protocol/gen/list_partition_reassignments.h"
#include "protocol/gen/partition_change_record.h"
#include "protocol/gen/unfence_broker_record.h"
#include "protocol/gen/unregister_broker.h"

namespace millrace::controller {
namespace {

using protocol::AlterPartitionReassignmentsRequest;
using protocol::AlterPartitionReassignmentsResponse;
using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;
using protocol::ElectLeadersRequest;
using protocol::ElectLeadersResponse;
using protocol::Errc;
using Ids = std::vector<std::int32_t>;
using Nodes = std::vector<NodeId>;

// Three brokers, and a topic t with one partition on brokers 1 and 2, led by 1.
class Partitions : public ::testing::Test {
 protected:
  Partitions() {
    for (const int id : {1, 2, 3}) desk_.with_broker(id);
    protocol::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.num_partitions = -1;
    topic.replication_factor = -1;
    topic.assignments = {{0, {1, 2}}};
    request.timeout_ms = 1000;
    MR_ASSERT(desk_.ask<protocol::CreateTopicsResponse>(request, 7).topics[0].error_code == 0);
  }

  const metadata::PartitionImage& partition(std::size_t index = 0) const {
    return desk_.image().topic("t")->partitions.at(index);
  }
  void change(const protocol::PartitionChangeRecord& record) { desk_.record(record); }
  protocol::PartitionChangeRecord blank() const {
    protocol::PartitionChangeRecord record;
    record.topic_id = desk_.image().topic("t")->id;
    record.partition_id = 0;
    return record;
  }

  Errc grow(std::int32_t count, std::optional<std::vector<Ids>> assignments = std::nullopt, bool validate = false) {
    CreatePartitionsRequest request;
    request.timeout_ms = 1000;
    request.validate_only = validate;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.count = count;
    topic.assignments = std::nullopt;
    if (assignments) {
      topic.assignments.emplace();
      for (const Ids& ids : *assignments) topic.assignments->push_back({ids});
    }
    return protocol::from_wire(desk_.ask<CreatePartitionsResponse>(request, 3).results.at(0).error_code);
  }

  Errc elect(std::int8_t type, std::int32_t index = 0) {
    ElectLeadersRequest request;
    request.election_type = type;
    request.topic_partitions = {{"t", {index}}};
    const auto response = desk_.ask<ElectLeadersResponse>(request, 2);
    return protocol::from_wire(response.replica_election_results.at(0).partition_result.at(0).error_code);
  }

  Errc reassign(std::optional<Ids> replicas, bool factor_may_change = true) {
    AlterPartitionReassignmentsRequest request;
    request.allow_replication_factor_change = factor_may_change;
    request.topics = {{"t", {{0, std::move(replicas)}}}};
    const auto response = desk_.ask<AlterPartitionReassignmentsResponse>(request, 1);
    return protocol::from_wire(response.responses.at(0).partitions.at(0).error_code);
  }

  Errc alter_isr(const Ids& isr, std::int32_t partition_epoch) {
    protocol::AlterPartitionRequest request;
    request.broker_id = partition().leader.value();
    request.broker_epoch = desk_.image().broker(partition().leader)->epoch;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = desk_.image().topic("t")->id;
    auto& wanted = topic.partitions.emplace_back();
    wanted.leader_epoch = static_cast<std::int32_t>(partition().leader_epoch.value());
    wanted.partition_epoch = partition_epoch;
    for (const std::int32_t id : isr) wanted.new_isr_with_epochs.push_back({id, -1});
    const auto response = desk_.ask<protocol::AlterPartitionResponse>(request, 3);
    MR_ASSERT(response.error_code == 0);
    return protocol::from_wire(response.topics.at(0).partitions.at(0).error_code);
  }

  Desk desk_;
};

TEST_F(Partitions, GrowToTheCountAskedForWithTheTopicsFactor) {
  EXPECT_EQ(grow(3), Errc::none);
  ASSERT_EQ(desk_.image().topic("t")->partitions.size(), 3U);
  EXPECT_EQ(partition(2).replicas.size(), 2U);
  EXPECT_EQ(grow(3), Errc::invalid_partitions);
  EXPECT_EQ(grow(2), Errc::invalid_partitions);
}

TEST_F(Partitions, GrowByHand) {
  EXPECT_EQ(grow(3, {{{3, 1}}}), Errc::invalid_replica_assignment);      // one list for two partitions
  EXPECT_EQ(grow(2, {{{3}}}), Errc::invalid_replica_assignment);         // another factor
  EXPECT_EQ(grow(2, {{{3, 9}}}), Errc::invalid_replica_assignment);      // an unknown broker
  EXPECT_EQ(grow(2, {{{3, 1}}}), Errc::none);
  EXPECT_EQ(partition(1).replicas, (Nodes{NodeId(3), NodeId(1)}));
}

TEST_F(Partitions, ValidationChangesNothing) {
  EXPECT_EQ(grow(7, std::nullopt, true), Errc::none);
  EXPECT_EQ(desk_.image().topic("t")->partitions.size(), 1U);
}

TEST_F(Partitions, ATopicNamedTwiceIsRefusedOnce) {
  CreatePartitionsRequest request;
  request.timeout_ms = 1000;
  for (int i = 0; i < 2; ++i) request.topics.push_back({"t", 5, std::nullopt});
  const auto response = desk_.ask<CreatePartitionsResponse>(request, 3);
  ASSERT_EQ(response.results.size(), 1U);
  EXPECT_EQ(protocol::from_wire(response.results[0].error_code), Errc::invalid_request);
}

TEST_F(Partitions, PreferredLeaderComesBack) {
  EXPECT_EQ(elect(0), Errc::election_not_needed);
  auto moved = blank();
  moved.leader = 2;
  change(moved);
  EXPECT_EQ(elect(0), Errc::none);
  EXPECT_EQ(partition().leader, NodeId(1));
  EXPECT_EQ(elect(0, 7), Errc::unknown_topic_or_partition);
}

TEST_F(Partitions, PreferredLeaderOutOfSyncIsNotElected) {
  auto moved = blank();
  moved.leader = 2;
  moved.isr = {2};
  change(moved);
  EXPECT_EQ(elect(0), Errc::preferred_leader_not_available);
}

TEST_F(Partitions, UncleanElectionTakesAnyReplicaThatIsAlive) {
  auto lost = blank();
  lost.leader = -1;
  lost.isr = {3};  // nobody of the replicas
  change(lost);
  EXPECT_EQ(elect(0), Errc::preferred_leader_not_available);
  EXPECT_EQ(elect(1), Errc::none);
  EXPECT_EQ(partition().leader, NodeId(1));
  EXPECT_EQ(partition().isr, (Nodes{NodeId(1)}));
  EXPECT_EQ(partition().leader_recovery_state, 1);
  EXPECT_EQ(elect(1), Errc::election_not_needed);
}

TEST_F(Partitions, ReassignmentIsOverWhenTheNewReplicasAreInSync) {
  EXPECT_EQ(reassign(Ids{1, 3}), Errc::none);
  EXPECT_EQ(partition().replicas, (Nodes{NodeId(1), NodeId(3), NodeId(2)}));
  EXPECT_EQ(partition().adding, (Nodes{NodeId(3)}));
  EXPECT_EQ(partition().removing, (Nodes{NodeId(2)}));
  protocol::ListPartitionReassignmentsRequest list;
  const auto ongoing = desk_.ask<protocol::ListPartitionReassignmentsResponse>(list, 0);
  ASSERT_EQ(ongoing.topics.size(), 1U);
  EXPECT_EQ(ongoing.topics[0].partitions[0].adding_replicas, (Ids{3}));

  const LeaderEpoch before = partition().leader_epoch;
  EXPECT_EQ(alter_isr({1, 2, 3}, partition().partition_epoch), Errc::new_leader_elected);
  EXPECT_EQ(partition().replicas, (Nodes{NodeId(1), NodeId(3)}));
  EXPECT_EQ(partition().isr, (Nodes{NodeId(1), NodeId(3)}));
  EXPECT_TRUE(partition().adding.empty() && partition().removing.empty());
  EXPECT_EQ(partition().directories.size(), 2U);
  EXPECT_GT(partition().leader_epoch, before);  // broker 2 must not follow on under the old one
  EXPECT_TRUE(desk_.ask<protocol::ListPartitionReassignmentsResponse>(list, 0).topics.empty());
}

TEST_F(Partitions, CancelledReassignmentGoesBack) {
  EXPECT_EQ(reassign(std::nullopt), Errc::no_reassignment_in_progress);
  EXPECT_EQ(reassign(Ids{3, 2}), Errc::none);
  EXPECT_EQ(reassign(std::nullopt), Errc::none);
  EXPECT_EQ(partition().replicas, (Nodes{NodeId(2), NodeId(1)}));
  EXPECT_TRUE(partition().adding.empty() && partition().removing.empty());
}

TEST_F(Partitions, ReassignmentIsChecked) {
  EXPECT_EQ(reassign(Ids{}), Errc::invalid_replica_assignment);
  EXPECT_EQ(reassign(Ids{1, 1}), Errc::invalid_replica_assignment);
  EXPECT_EQ(reassign(Ids{9}), Errc::invalid_replica_assignment);
  EXPECT_EQ(reassign(Ids{1}, false), Errc::invalid_replication_factor);
  EXPECT_EQ(reassign(Ids{1, 2}), Errc::none);
  EXPECT_TRUE(desk_.recorded().empty());  // as it is
}

TEST_F(Partitions, LeaderProposesItsIsr) {
  const std::int32_t epoch = partition().partition_epoch;
  EXPECT_EQ(alter_isr({1}, epoch), Errc::none);
  EXPECT_EQ(partition().isr, (Nodes{NodeId(1)}));
  EXPECT_EQ(alter_isr({1, 2}, epoch), Errc::invalid_update_version);
  EXPECT_EQ(alter_isr({1, 2}, epoch + 9), Errc::not_controller);
  EXPECT_EQ(alter_isr({2}, epoch + 1), Errc::invalid_request);     // without the leader
  EXPECT_EQ(alter_isr({1, 3}, epoch + 1), Errc::invalid_request);  // no replica
  protocol::FenceBrokerRecord fence;
  fence.id = 2;
  fence.epoch = desk_.image().broker(NodeId(2))->epoch;
  desk_.record(fence);
  EXPECT_EQ(alter_isr({1, 2}, epoch + 1), Errc::ineligible_replica);
}

TEST_F(Partitions, DirectoriesAreAssignedByTheirBroker) {
  protocol::AssignReplicasToDirsRequest request;
  request.broker_id = 2;
  request.broker_epoch = desk_.image().broker(NodeId(2))->epoch;
  request.directories = {{Uuid{2000, 2}, {{desk_.image().topic("t")->id, {{0}, {5}}}, {Uuid{9, 9}, {{0}}}}}};
  auto response = desk_.ask<protocol::AssignReplicasToDirsResponse>(request, 0);
  const auto& topics = response.directories.at(0).topics;
  EXPECT_EQ(topics.at(0).partitions.at(0).error_code, 0);
  EXPECT_EQ(protocol::from_wire(topics.at(0).partitions.at(1).error_code), Errc::unknown_topic_or_partition);
  EXPECT_EQ(protocol::from_wire(topics.at(1).partitions.at(0).error_code), Errc::unknown_topic_id);
  EXPECT_EQ(partition().isr.size(), 2U);

  request.directories = {{Uuid{7, 7}, {{desk_.image().topic("t")->id, {{0}}}}}};  // not one of its online ones
  desk_.ask<protocol::AssignReplicasToDirsResponse>(request, 0);
  EXPECT_EQ(partition().directories.at(1), (Uuid{7, 7}));
  EXPECT_EQ(partition().isr, (Nodes{NodeId(1)}));

  request.broker_epoch = 999;
  response = desk_.ask<protocol::AssignReplicasToDirsResponse>(request, 0);
  EXPECT_EQ(protocol::from_wire(response.error_code), Errc::stale_broker_epoch);
}

TEST_F(Partitions, UnregisteredBrokerLeadsNothing) {
  protocol::UnregisterBrokerRequest request;
  request.broker_id = 1;
  EXPECT_EQ(desk_.ask<protocol::UnregisterBrokerResponse>(request, 0).error_code, 0);
  EXPECT_EQ(desk_.image().broker(NodeId(1)), nullptr);
  EXPECT_EQ(partition().leader, NodeId(2));
  EXPECT_EQ(protocol::from_wire(desk_.ask<protocol::UnregisterBrokerResponse>(request, 0).error_code),
            Errc::broker_id_not_registered);
}

}  // namespace
}  // namespace millrace::controller
