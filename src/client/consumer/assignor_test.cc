#include "client/consumer/assignor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "client/consumer/group_wire.h"

namespace millrace::client {
namespace {

using Keys = std::vector<TopicPartition>;

Assignee member(std::string id, std::vector<std::string> topics, Keys owned = {}, std::int32_t generation = -1) {
  return {std::move(id), std::nullopt, std::move(topics), std::move(owned), generation, ""};
}

std::size_t kept(const GroupAssignment& before, const GroupAssignment& after) {
  std::size_t count = 0;
  for (const auto& [id, keys] : before) {
    const auto now = after.find(id);
    if (now == after.end()) continue;
    for (const auto& key : keys) count += static_cast<std::size_t>(std::ranges::count(now->second, key));
  }
  return count;
}

TEST(AssignRange, GivesEachSubscriberOneRangeOfEachTopic) {
  const auto shares = assign_range({member("b", {"t", "u"}), member("a", {"t", "u"})}, {{"t", 3}, {"u", 3}});
  EXPECT_EQ(shares.at("a"), (Keys{{"t", 0}, {"t", 1}, {"u", 0}, {"u", 1}}));
  EXPECT_EQ(shares.at("b"), (Keys{{"t", 2}, {"u", 2}}));
}

TEST(AssignRange, PutsStaticMembersFirst) {
  auto named = member("z", {"t"});
  named.instance_id = "i";
  EXPECT_EQ(assign_range({member("a", {"t"}), named}, {{"t", 1}}).at("z"), (Keys{{"t", 0}}));
}

TEST(AssignRoundRobin, DealsPartitionsOutOneByOne) {
  const auto shares = assign_roundrobin({member("a", {"t", "u"}), member("b", {"t", "u"})}, {{"t", 3}, {"u", 3}});
  EXPECT_EQ(shares.at("a"), (Keys{{"t", 0}, {"t", 2}, {"u", 1}}));
  EXPECT_EQ(shares.at("b"), (Keys{{"t", 1}, {"u", 0}, {"u", 2}}));
}

TEST(AssignRoundRobin, PassesOverWhoDoesNotSubscribe) {
  const auto shares = assign_roundrobin({member("a", {"t"}), member("b", {"t", "u"}), member("c", {"u", "v"})},
                                        {{"t", 1}, {"u", 2}, {"v", 3}});
  EXPECT_EQ(shares.at("a"), (Keys{{"t", 0}}));
  EXPECT_EQ(shares.at("b"), (Keys{{"u", 0}}));
  EXPECT_EQ(shares.at("c"), (Keys{{"u", 1}, {"v", 0}, {"v", 1}, {"v", 2}}));
}

TEST(AssignSticky, KeepsAllThatBalanceAllowsWhenAMemberComes) {
  const PartitionCounts topics{{"t", 6}};
  const auto before = assign_sticky({member("a", {"t"}), member("b", {"t"})}, topics);
  ASSERT_EQ(before.at("a").size(), 3u);
  const auto after = assign_sticky(
      {member("a", {"t"}, before.at("a"), 1), member("b", {"t"}, before.at("b"), 1), member("c", {"t"})}, topics);
  EXPECT_EQ(after.at("a").size(), 2u);
  EXPECT_EQ(after.at("c").size(), 2u);
  EXPECT_EQ(kept(before, after), 4u) << "two partitions had to move, no more";
}

TEST(AssignSticky, MovesAlongAChainWhereNoDirectMoveHelps) {
  // "a" can give only t to "b", and "b" only u to "c".
  const auto shares = assign_sticky({member("a", {"t"}, {{"t", 0}, {"t", 1}, {"t", 2}}, 1),
                                     member("b", {"t", "u"}, {{"u", 0}, {"u", 1}}, 1), member("c", {"u"}, {}, 1)},
                                    {{"t", 3}, {"u", 2}});
  EXPECT_EQ(shares.at("a").size(), 2u);
  EXPECT_EQ(shares.at("b").size(), 2u);
  EXPECT_EQ(shares.at("c").size(), 1u);
}

TEST(AssignSticky, BelievesTheNewestGenerationAndNobodyInADispute) {
  const auto newest = assign_sticky(
      {member("a", {"t"}, {{"t", 0}, {"t", 1}}, 1), member("b", {"t"}, {{"t", 0}, {"t", 1}}, 2)}, {{"t", 2}});
  EXPECT_EQ(newest.at("a").size(), 1u);
  EXPECT_EQ(newest.at("b").size(), 1u);
  const auto gone = assign_sticky({member("a", {"u"}, {{"t", 0}}, 1), member("b", {"t"}, {{"t", 9}}, 1)}, {{"t", 1}});
  EXPECT_TRUE(gone.at("a").empty()) << "does not subscribe any more";
  EXPECT_EQ(gone.at("b"), (Keys{{"t", 0}})) << "9 does not exist";
}

// Kafka's leaders give it back to them, or end with a NullPointerException.
TEST(AssignSticky, GivesNothingBackToWhomDoesNotSubscribeAnyMore) {
  const Keys all{{"t", 0}, {"t", 1}, {"t", 2}, {"t", 3}};
  const auto shares = assign_sticky({member("a", {"t"}, all, 3), member("b", {"u"}, {{"t", 0}}, 1), member("c", {"t"})},
                                    {{"t", 4}, {"u", 1}});
  EXPECT_EQ(shares.at("a").size(), 2u);
  EXPECT_EQ(shares.at("b"), (Keys{{"u", 0}}));
  EXPECT_EQ(shares.at("c").size(), 2u);
}

TEST(AssignCooperativeSticky, TakesNothingFromItsOwnerForTheClaimOfAnOlderGeneration) {
  const auto shares = assign_cooperative_sticky(
      {member("a", {"t"}, {{"t", 0}, {"t", 1}}, 3), member("b", {"t"}, {{"t", 1}, {"t", 2}}, 2)}, {{"t", 4}});
  EXPECT_EQ(shares.at("a"), (Keys{{"t", 0}, {"t", 1}}));
  EXPECT_EQ(shares.at("b"), (Keys{{"t", 2}, {"t", 3}}));
}

TEST(AssignCooperativeSticky, WithholdsWhatMovesUntilItsOwnerHasGivenItUp) {
  const PartitionCounts topics{{"t", 4}};
  const Keys all{{"t", 0}, {"t", 1}, {"t", 2}, {"t", 3}};
  const auto first = assign_cooperative_sticky({member("a", {"t"}, all, 1), member("b", {"t"})}, topics);
  EXPECT_EQ(first.at("a").size(), 2u);
  EXPECT_TRUE(first.at("b").empty());
  const auto second = assign_cooperative_sticky({member("a", {"t"}, first.at("a"), 2), member("b", {"t"}, {}, 2)},
                                                topics);
  EXPECT_EQ(second.at("a"), first.at("a"));
  EXPECT_EQ(second.at("b").size(), 2u);
}

Assignee member_in(std::string rack, std::string id, std::vector<std::string> topics, Keys owned = {}) {
  Assignee one = member(std::move(id), std::move(topics), std::move(owned), 1);
  one.rack = std::move(rack);
  return one;
}

TEST(AssignWithRacks, RangeGivesEachWhatIsNear) {
  const PartitionRacks racks{{{"t", 0}, {"b"}}, {{"t", 1}, {"a"}}, {{"t", 2}, {"b"}}, {{"t", 3}, {"a"}}};
  const auto shares = assign_range({member_in("a", "m", {"t"}), member_in("b", "n", {"t"})}, {{"t", 4}}, racks);
  EXPECT_EQ(shares.at("m"), (Keys{{"t", 1}, {"t", 3}}));
  EXPECT_EQ(shares.at("n"), (Keys{{"t", 0}, {"t", 2}}));
}

TEST(AssignWithRacks, RangeKeepsTogetherWhatCanBeJoined) {
  const PartitionRacks racks{{{"t", 0}, {"a"}}, {{"t", 1}, {"b"}}, {{"u", 0}, {"b"}}, {{"u", 1}, {"a"}}};
  const auto shares = assign_range({member_in("a", "m", {"t", "u"}), member_in("b", "n", {"t", "u"})},
                                   {{"t", 2}, {"u", 2}}, racks);
  EXPECT_EQ(shares.at("m"), (Keys{{"t", 0}, {"u", 0}})) << "and not t-0 and u-1, which are near";
}

TEST(AssignWithRacks, StickyTakesAwayWhatIsFarUnlessThatWouldBeUneven) {
  const PartitionRacks racks{{{"t", 0}, {"b"}}, {{"t", 1}, {"a"}}, {{"t", 2}, {"a"}}, {{"t", 3}, {"a"}}};
  const Assignees members{member_in("a", "m", {"t"}, {{"t", 0}, {"t", 1}}),
                          member_in("b", "n", {"t"}, {{"t", 2}, {"t", 3}})};
  const auto shares = assign_sticky(members, {{"t", 4}}, racks);
  EXPECT_EQ(shares.at("m"), (Keys{{"t", 1}, {"t", 2}}));
  EXPECT_EQ(shares.at("n"), (Keys{{"t", 0}, {"t", 3}}));
  const auto first = assign_cooperative_sticky(members, {{"t", 4}}, racks);
  EXPECT_EQ(first.at("m"), (Keys{{"t", 1}})) << "t-2 goes when its owner has given it up";
}

TEST(AssignWithRacks, RacksThatHaveEverythingMakeNoDifference) {
  const PartitionRacks racks{{{"t", 0}, {"a", "b"}}, {{"t", 1}, {"a", "b"}}};
  const auto shares = assign_sticky({member_in("b", "m", {"t"}), member_in("c", "n", {"t"})}, {{"t", 2}}, racks);
  EXPECT_EQ(shares.at("m"), (Keys{{"t", 0}}));
}

TEST(GroupWire, SubscriptionsAndAssignmentsComeBackAsTheyWere) {
  const Keys owned{{"t", 0}, {"t", 2}, {"u", 1}};
  for (const Strategy strategy : {Strategy::range, Strategy::sticky, Strategy::cooperative_sticky}) {
    const Buffer bytes = encode_subscription({{"t", "u"}, owned, owned, 7, "r"}, strategy);
    const auto back = decode_subscription("m", "i", bytes.bytes(), strategy);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->topics, (std::vector<std::string>{"t", "u"}));
    EXPECT_EQ(back->owned, owned);
    EXPECT_EQ(back->generation, 7);
    EXPECT_EQ(back->instance_id, "i");
    EXPECT_EQ(back->rack, "r");
  }
  EXPECT_EQ(decode_assignment(encode_assignment(owned).bytes()), owned);
  EXPECT_FALSE(decode_assignment(as_bytes("x")));
}

}  // namespace
}  // namespace millrace::client
