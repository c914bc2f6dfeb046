#include "raft/raft.h"

#include <gtest/gtest.h>

namespace millrace::raft {
namespace {

constexpr Uuid kDirectory{7, 9};

RaftConfig one_voter() {
  RaftConfig config;
  config.self = {NodeId(3), kDirectory};
  config.voters = VoterSet({Voter{config.self, {{"CONTROLLER", "localhost", 9093}}, 0, 1}});
  return config;
}

Raft leader_of(RaftConfig config) {
  Raft raft = *Raft::create(std::move(config));
  (void)raft.step(Input::start());
  (void)raft.step(Input::persisted());
  return raft;
}

TEST(Transitions, EveryPairOfRoleAndInputHasExactlyOneLine) {
  for (const Role role : kRoles) {
    for (const InputKind input : kInputKinds) {
      int lines = 0;
      for (const Transition& line : kTransitions) lines += line.from == role && line.input == input ? 1 : 0;
      EXPECT_EQ(lines, 1) << "role " << static_cast<int>(role) << ", input " << static_cast<int>(input);
    }
  }
  EXPECT_EQ(kTransitions.size(), kRoles.size() * kInputKinds.size());
}

TEST(Raft, VoteCountsOnlyOnceItIsDurable) {
  Raft raft = *Raft::create(one_voter());
  const Effects started = raft.step(Input::start());
  ASSERT_TRUE(started.persist);
  EXPECT_EQ(started.persist->epoch, LeaderEpoch(1));
  EXPECT_EQ(started.persist->voted, NodeId(3));
  EXPECT_EQ(started.persist->voted_directory, kDirectory);
  EXPECT_EQ(started.persist->leader, kNoNode);
  EXPECT_FALSE(started.begin_epoch);
  EXPECT_EQ(raft.role(), Role::candidate);

  const Effects elected = raft.step(Input::persisted());
  EXPECT_EQ(raft.role(), Role::leader);
  ASSERT_TRUE(elected.persist);
  EXPECT_EQ(elected.persist->leader, NodeId(3));
  EXPECT_EQ(elected.persist->voted, kNoNode);
  ASSERT_TRUE(elected.begin_epoch);
  EXPECT_EQ(elected.begin_epoch->epoch, LeaderEpoch(1));
  EXPECT_EQ(elected.begin_epoch->voters, std::vector{NodeId(3)});
  EXPECT_EQ(elected.begin_epoch->granted, std::vector{NodeId(3)});
}

TEST(Raft, EpochRisesAboveStateAndLogAtEachStart) {
  RaftConfig config = one_voter();
  config.state.epoch = LeaderEpoch(4);
  config.log_epoch = LeaderEpoch(3);
  EXPECT_EQ(leader_of(config).epoch(), LeaderEpoch(5));
  config.log_epoch = LeaderEpoch(9);
  EXPECT_EQ(leader_of(config).epoch(), LeaderEpoch(10));
}

TEST(Raft, NothingIsCommittedBeforeTheEpochsFirstBatchIsDurable) {
  RaftConfig config = one_voter();
  config.log_end = Offset(100);
  Raft raft = leader_of(config);
  EXPECT_FALSE(raft.step(Input::durable(Offset(100))).commit);
  const Effects effects = raft.step(Input::durable(Offset(101)));
  ASSERT_TRUE(effects.commit);
  EXPECT_EQ(*effects.commit, Offset(101));
  EXPECT_EQ(raft.commit_index(), Offset(101));
}

TEST(Raft, CommitNeverMovesBack) {
  Raft raft = leader_of(one_voter());
  EXPECT_TRUE(raft.step(Input::durable(Offset(5))).commit);
  EXPECT_FALSE(raft.step(Input::durable(Offset(5))).commit);
  EXPECT_FALSE(raft.step(Input::durable(Offset(3))).commit);
  EXPECT_EQ(raft.commit_index(), Offset(5));
}

TEST(Raft, FailedStorageEndsLeadershipAndNothingMoreIsCommitted) {
  Raft raft = leader_of(one_voter());
  EXPECT_EQ(raft.step(Input::storage_failed()).role, Role::resigned);
  EXPECT_FALSE(raft.step(Input::durable(Offset(5))).commit);
  EXPECT_EQ(raft.commit_index(), Offset(0));
}

TEST(Raft, RequestsOfOthersAreRefusedInEveryRole) {
  Raft raft = *Raft::create(one_voter());
  for (const Input& input : {Input::start(), Input::persisted(), Input::stop()}) {
    EXPECT_EQ(raft.step(Input::peer(NodeId(8))).refused, Error::unsupported);
    (void)raft.step(input);
  }
  EXPECT_EQ(raft.step(Input::peer(NodeId(8))).refused, Error::unsupported);
}

TEST(Raft, OnlyTheOneVoterItselfMayRun) {
  RaftConfig other_directory = one_voter();
  other_directory.self.directory_id = Uuid{1, 1};
  EXPECT_FALSE(Raft::create(other_directory).ok());
  RaftConfig other_node = one_voter();
  other_node.self.id = NodeId(4);
  EXPECT_FALSE(Raft::create(other_node).ok());
  RaftConfig two = one_voter();
  two.voters = VoterSet({Voter{two.self, {}, 0, 1}, Voter{{NodeId(4), Uuid{1, 1}}, {}, 0, 1}});
  EXPECT_FALSE(Raft::create(two).ok());
}

TEST(Raft, StaticQuorumKeepsItsVotersInTheState) {
  RaftConfig config = one_voter();
  config.kraft_version = 0;
  config.voters = VoterSet({Voter{{NodeId(3), Uuid()}, {}, 0, 0}});
  Raft raft = *Raft::create(config);
  const Effects effects = raft.step(Input::start());
  EXPECT_EQ(effects.persist->data_version, 0);
  EXPECT_EQ(effects.persist->voters, std::vector{NodeId(3)});
}

TEST(VoterSet, MajorityOffsetIsWhatMoreThanHalfHaveReached) {
  const auto of = [](std::vector<Offset> offsets) { return majority_offset(std::move(offsets)).value(); };
  EXPECT_EQ(of({Offset(7)}), 7);
  EXPECT_EQ(of({Offset(7), Offset(3)}), 3);
  EXPECT_EQ(of({Offset(1), Offset(9), Offset(5)}), 5);
  EXPECT_EQ(of({Offset(1), Offset(9), Offset(5), Offset(6)}), 5);
  EXPECT_EQ(of({Offset(1), Offset(9), Offset(5), Offset(6), Offset(8)}), 6);
}

TEST(QuorumState, IsKafkasLine) {
  QuorumState dynamic;
  dynamic.leader = NodeId(1);
  dynamic.epoch = LeaderEpoch(3);
  EXPECT_EQ(render_quorum_state(dynamic),
            R"({"leaderId":1,"leaderEpoch":3,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA",)"
            R"("data_version":1})");
  QuorumState fixed;
  fixed.leader = NodeId(1);
  fixed.epoch = LeaderEpoch(1);
  fixed.data_version = 0;
  fixed.voters = {NodeId(1)};
  const std::string line = R"({"clusterId":"","leaderId":1,"leaderEpoch":1,"votedId":-1,"appliedOffset":0,)"
                           R"("currentVoters":[{"voterId":1}],"data_version":0})";
  EXPECT_EQ(render_quorum_state(fixed), line);
  EXPECT_EQ(*parse_quorum_state(line), fixed);
  EXPECT_EQ(*parse_quorum_state(render_quorum_state(dynamic)), dynamic);
}

TEST(QuorumState, DamageIsToldApartFromAnotherVersion) {
  EXPECT_EQ(parse_quorum_state("").error(), Error::corrupt);
  EXPECT_EQ(parse_quorum_state("[]").error(), Error::corrupt);
  EXPECT_EQ(parse_quorum_state(R"({"leaderId":1,"leaderEpoch":3})").error(), Error::corrupt);
  EXPECT_EQ(parse_quorum_state(R"({"leaderId":"x","leaderEpoch":3,"data_version":1})").error(), Error::corrupt);
  EXPECT_EQ(parse_quorum_state(R"({"leaderId":1,"leaderEpoch":99999999999,"data_version":1})").error(), Error::corrupt);
  EXPECT_EQ(parse_quorum_state(R"({"leaderId":1,"leaderEpoch":3,"data_version":2})").error(), Error::unsupported);
}

}  // namespace
}  // namespace millrace::raft
