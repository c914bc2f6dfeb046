// Features and the quorum.
#include <gtest/gtest.h>

#include <utility>

#include "controller/testing/decisions.h"
#include "protocol/gen/add_raft_voter.h"
#include "protocol/gen/begin_quorum_epoch.h"
#include "protocol/gen/describe_quorum.h"
#include "protocol/gen/remove_raft_voter.h"
#include "protocol/gen/update_features.h"
#include "protocol/gen/update_raft_voter.h"
#include "protocol/gen/vote.h"

namespace millrace::controller {
namespace {

using protocol::Errc;
using protocol::UpdateFeaturesRequest;
using protocol::UpdateFeaturesResponse;

constexpr std::int8_t kUpgrade = 1, kSafeDowngrade = 2, kUnsafeDowngrade = 3;
constexpr Uuid kDirectory{5, 5};

class Cluster : public ::testing::Test {
 protected:
  Cluster() {
    voters_ = raft::VoterSet({{{NodeId(1), kDirectory}, {{"CONTROLLER", "localhost", 9093}}, 0, 1}});
    desk_.quorum() = {LeaderEpoch(3), Offset(7), Offset(9), WallTime(1000), &voters_};
  }

  Errc feature(std::string_view name, std::int16_t level, std::int8_t type = kUpgrade, bool validate = false) {
    UpdateFeaturesRequest request;
    request.validate_only = validate;
    auto& update = request.feature_updates.emplace_back();
    update.feature = name;
    update.max_version_level = level;
    update.upgrade_type = type;
    return protocol::from_wire(desk_.ask<UpdateFeaturesResponse>(request, 2).error_code);
  }

  raft::VoterSet voters_;
  Desk desk_;
};

TEST_F(Cluster, FeaturesGoUpAndWithConsentDown) {
  EXPECT_EQ(feature("transaction.version", 2, kUpgrade, true), Errc::none);
  EXPECT_EQ(desk_.image().feature("transaction.version"), 0);
  EXPECT_EQ(feature("transaction.version", 2), Errc::none);
  EXPECT_EQ(desk_.image().feature("transaction.version"), 2);
  EXPECT_EQ(feature("transaction.version", 1), Errc::invalid_update_version);
  EXPECT_EQ(feature("transaction.version", 1, kSafeDowngrade), Errc::none);
  EXPECT_EQ(feature("transaction.version", 2, kSafeDowngrade), Errc::invalid_update_version);
  EXPECT_EQ(feature("transaction.version", 99), Errc::invalid_update_version);
  EXPECT_EQ(feature("no.such.version", 1), Errc::invalid_update_version);
  EXPECT_EQ(feature("group.version", -1, kUnsafeDowngrade), Errc::invalid_update_version);
  EXPECT_EQ(feature("group.version", 1, 9), Errc::invalid_update_version);
}

TEST_F(Cluster, MetadataVersionNeverLosesMetadata) {
  EXPECT_EQ(feature("metadata.version", 29, kSafeDowngrade), Errc::invalid_update_version);
  EXPECT_EQ(feature("metadata.version", 29, kUnsafeDowngrade), Errc::invalid_update_version);
  EXPECT_EQ(feature("metadata.version", 31), Errc::invalid_update_version);  // not released
  desk_.with_feature("metadata.version", 29);
  EXPECT_EQ(feature("metadata.version", 24, kSafeDowngrade), Errc::none);
  EXPECT_EQ(feature("metadata.version", 30), Errc::none);
  EXPECT_EQ(desk_.image().feature("metadata.version"), 30);
}

TEST_F(Cluster, FeaturesNeedTheirMetadataVersion) {
  desk_.with_feature("metadata.version", 22);
  EXPECT_EQ(feature("eligible.leader.replicas.version", 1), Errc::invalid_update_version);
  UpdateFeaturesRequest request;
  request.feature_updates = {{"eligible.leader.replicas.version", 1, false, 1}, {"metadata.version", 23, false, 1}};
  EXPECT_EQ(desk_.ask<UpdateFeaturesResponse>(request, 2).error_code, 0);
  EXPECT_EQ(desk_.image().feature("eligible.leader.replicas.version"), 1);
}

TEST_F(Cluster, AllFeaturesAreUpdatedOrNone) {
  UpdateFeaturesRequest request;
  request.feature_updates = {{"transaction.version", 2, false, 1}, {"no.such", 1, false, 1}};
  EXPECT_NE(desk_.ask<UpdateFeaturesResponse>(request, 2).error_code, 0);
  EXPECT_EQ(desk_.image().feature("transaction.version"), 0);
}

TEST_F(Cluster, OfAFeatureThatIsNamedTwiceTheLastCounts) {
  UpdateFeaturesRequest request;
  request.feature_updates = {{"transaction.version", 99, false, kUpgrade}, {"transaction.version", 1, false, kUpgrade}};
  EXPECT_EQ(desk_.ask<UpdateFeaturesResponse>(request, 2).error_code, 0);
  EXPECT_EQ(desk_.recorded().size(), 1U);
  EXPECT_EQ(desk_.image().feature("transaction.version"), 1);
  std::swap(request.feature_updates[0], request.feature_updates[1]);
  EXPECT_NE(desk_.ask<UpdateFeaturesResponse>(request, 2).error_code, 0);
  EXPECT_EQ(desk_.image().feature("transaction.version"), 1);
}

TEST_F(Cluster, FeatureThatABrokerLacksIsRefused) {
  desk_.with_broker(2);  // knows no features
  EXPECT_EQ(feature("transaction.version", 2), Errc::invalid_update_version);
}

TEST_F(Cluster, VotersAreKeptInTheLogOnRequestAndForGood) {
  EXPECT_EQ(feature("kraft.version", 1, kUpgrade, true), Errc::none);
  EXPECT_FALSE(desk_.keeps_voters());
  EXPECT_EQ(feature("kraft.version", 1), Errc::none);
  EXPECT_TRUE(desk_.keeps_voters());
  EXPECT_EQ(feature("kraft.version", 2), Errc::invalid_update_version);
}

TEST_F(Cluster, QuorumIsTheOneVoter) {
  protocol::DescribeQuorumRequest request;
  request.topics = {{"__cluster_metadata", {{0}}}};
  const auto response = desk_.ask<protocol::DescribeQuorumResponse>(request, 2);
  const auto& partition = response.topics.at(0).partitions.at(0);
  EXPECT_EQ(partition.leader_id, 1);
  EXPECT_EQ(partition.leader_epoch, 3);
  EXPECT_EQ(partition.high_watermark, 7);
  ASSERT_EQ(partition.current_voters.size(), 1U);
  EXPECT_EQ(partition.current_voters[0].log_end_offset, 9);
  EXPECT_EQ(partition.current_voters[0].replica_directory_id, kDirectory);
  EXPECT_TRUE(partition.observers.empty());
  EXPECT_EQ(response.nodes.at(0).listeners.at(0).port, 9093);

  request.topics = {{"t", {{0}}}};
  const auto other = desk_.ask<protocol::DescribeQuorumResponse>(request, 2);
  EXPECT_EQ(protocol::from_wire(other.topics.at(0).partitions.at(0).error_code), Errc::unknown_topic_or_partition);
}

TEST_F(Cluster, TheOnlyVoterStaysAlone) {
  protocol::AddRaftVoterRequest add;
  add.cluster_id = "nope";
  const auto code_of = [&](const auto& request, auto response) {
    return protocol::from_wire(desk_.ask<decltype(response)>(request, 0).error_code);
  };
  EXPECT_EQ(code_of(add, protocol::AddRaftVoterResponse{}), Errc::inconsistent_cluster_id);
  add.cluster_id = std::nullopt;
  EXPECT_EQ(code_of(add, protocol::AddRaftVoterResponse{}), Errc::invalid_request);
  add.voter_id = 7;
  add.voter_directory_id = {7, 7};
  add.listeners = {{"OTHER", "localhost", 1}};
  EXPECT_EQ(code_of(add, protocol::AddRaftVoterResponse{}), Errc::invalid_request);
  add.listeners = {{"controller", "localhost", 1}};
  EXPECT_EQ(code_of(add, protocol::AddRaftVoterResponse{}), Errc::unsupported_version);
  protocol::RemoveRaftVoterRequest remove;
  remove.cluster_id = std::nullopt;
  remove.voter_id = 1;
  remove.voter_directory_id = kDirectory;
  EXPECT_EQ(code_of(remove, protocol::RemoveRaftVoterResponse{}), Errc::unsupported_version);
}

protocol::VoteRequest candidate(std::int32_t epoch) {
  protocol::VoteRequest request;
  request.voter_id = 1;
  auto& topic = request.topics.emplace_back();
  topic.topic_name = "__cluster_metadata";
  auto& partition = topic.partitions.emplace_back();
  partition.replica_id = 2;
  partition.replica_epoch = epoch;
  partition.voter_directory_id = kDirectory;
  return request;
}

TEST_F(Cluster, NobodyElseIsElectedAndWhoAsksLearnsWhoLeads) {
  const auto ask = [&](const protocol::VoteRequest& request) {
    const auto response = desk_.ask<protocol::VoteResponse>(request, 2);
    EXPECT_EQ(response.error_code, 0);
    EXPECT_EQ(response.node_endpoints.size(), 1u);
    const auto partition = response.topics.at(0).partitions.at(0);
    EXPECT_FALSE(partition.vote_granted);
    EXPECT_EQ(partition.leader_id, 1);
    EXPECT_EQ(partition.leader_epoch, 3);
    return protocol::from_wire(partition.error_code);
  };
  EXPECT_EQ(ask(candidate(3)), Errc::none);
  EXPECT_EQ(ask(candidate(4)), Errc::none);
  EXPECT_EQ(ask(candidate(2)), Errc::fenced_leader_epoch);
  auto elsewhere = candidate(3);
  elsewhere.topics[0].partitions[0].voter_directory_id = Uuid{6, 6};
  EXPECT_EQ(ask(elsewhere), Errc::invalid_voter_key);
  elsewhere = candidate(3);
  elsewhere.voter_id = 7;
  EXPECT_EQ(ask(elsewhere), Errc::invalid_voter_key);
  EXPECT_TRUE(desk_.recorded().empty());
}

TEST_F(Cluster, PeersOfAnotherClusterOrAboutAnotherLogAreRefusedWhole) {
  auto request = candidate(3);
  request.cluster_id = "another";
  EXPECT_EQ(desk_.ask<protocol::VoteResponse>(request, 2).error_code,
            protocol::to_wire(Errc::inconsistent_cluster_id));
  request = candidate(3);
  request.topics[0].topic_name = "orders";
  EXPECT_EQ(desk_.ask<protocol::VoteResponse>(request, 2).error_code, protocol::to_wire(Errc::invalid_request));
}

TEST_F(Cluster, NoOtherLeaderIsBelieved) {
  protocol::BeginQuorumEpochRequest begin;
  auto& topic = begin.topics.emplace_back();
  topic.topic_name = "__cluster_metadata";
  auto& partition = topic.partitions.emplace_back();
  const auto ask = [&](std::int32_t leader, std::int32_t epoch) {
    partition.leader_id = leader;
    partition.leader_epoch = epoch;
    const auto response = desk_.ask<protocol::BeginQuorumEpochResponse>(begin, 1);
    return protocol::from_wire(response.topics.at(0).partitions.at(0).error_code);
  };
  EXPECT_EQ(ask(2, 2), Errc::fenced_leader_epoch);
  EXPECT_EQ(ask(2, 3), Errc::invalid_request);
  EXPECT_EQ(ask(2, 4), Errc::invalid_request);
  EXPECT_EQ(ask(1, 3), Errc::none);
}

TEST_F(Cluster, VoterSaysWhereItListens) {
  protocol::UpdateRaftVoterRequest update;
  update.cluster_id = std::nullopt;
  update.current_leader_epoch = 3;
  update.voter_id = 1;
  update.voter_directory_id = kDirectory;
  update.listeners = {{"CONTROLLER", "localhost", 9093}};
  const auto code_of = [&] {
    return protocol::from_wire(desk_.ask<protocol::UpdateRaftVoterResponse>(update, 0).error_code);
  };
  EXPECT_EQ(code_of(), Errc::none);
  update.current_leader_epoch = 2;
  EXPECT_EQ(code_of(), Errc::fenced_leader_epoch);
  update.current_leader_epoch = 3;
  update.voter_id = 2;
  EXPECT_EQ(code_of(), Errc::voter_not_found);
  update.k_raft_version_feature = {1, 0};
  EXPECT_EQ(code_of(), Errc::invalid_request);
  update.k_raft_version_feature = {0, 1};
  update.listeners = {{"OTHER", "localhost", 9093}};
  EXPECT_EQ(code_of(), Errc::invalid_request);
}

TEST_F(Cluster, WhoUpdatesItsVoteLearnsWhereTheLeaderListens) {
  protocol::UpdateRaftVoterRequest update;
  update.cluster_id = "nope";
  const auto response = desk_.ask<protocol::UpdateRaftVoterResponse>(update, 0);
  EXPECT_EQ(protocol::from_wire(response.error_code), Errc::inconsistent_cluster_id);
  EXPECT_EQ(response.current_leader.leader_id, 1);
  EXPECT_EQ(response.current_leader.leader_epoch, 3);
  EXPECT_EQ(response.current_leader.host, "localhost");
  EXPECT_EQ(response.current_leader.port, 9093);
}

}  // namespace
}  // namespace millrace::controller
