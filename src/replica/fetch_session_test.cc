#include "replica/fetch_session.h"

#include <gtest/gtest.h>

#include "replica/limits.h"

namespace millrace::replica {
namespace {

FetchKey key(std::int32_t index) { return {Uuid{1, 2}, "", index}; }

TEST(FetchSession, UnchangedPartitionsAreNotTold) {
  FetchSession session(7, true, MonoTime(0));
  session.put(key(0), {});
  session.told(key(0), {10, 0});
  EXPECT_FALSE(session.must_tell(key(0), {10, 0}, false, false));
  EXPECT_TRUE(session.must_tell(key(0), {11, 0}, false, false));
  EXPECT_FALSE(session.must_tell(key(0), {11, 0}, false, false));
  EXPECT_TRUE(session.must_tell(key(0), {11, 3}, false, false));
}

TEST(FetchSession, TroubleIsToldEveryTimeAndSoIsItsEnd) {
  FetchSession session(7, true, MonoTime(0));
  session.put(key(0), {});
  session.told(key(0), {10, 0});
  EXPECT_TRUE(session.must_tell(key(0), {10, 0}, false, true));
  EXPECT_TRUE(session.must_tell(key(0), {10, 0}, false, true));
  EXPECT_TRUE(session.must_tell(key(0), {10, 0}, false, false));
  EXPECT_FALSE(session.must_tell(key(0), {10, 0}, false, false));
}

TEST(FetchSession, APartitionWithRecordsGoesToTheEnd) {
  FetchSession session(7, true, MonoTime(0));
  for (int i = 0; i < 3; ++i) session.put(key(i), {});
  EXPECT_TRUE(session.must_tell(key(0), {5, 0}, true, false));
  std::vector<std::int32_t> order;
  for (const auto& partition : session.partitions()) order.push_back(partition.key.index);
  EXPECT_EQ(order, (std::vector<std::int32_t>{1, 2, 0}));
}

TEST(FetchSession, EpochsGoFromTheLargestToOne) {
  FetchSession session(7, true, MonoTime(0));
  EXPECT_EQ(session.epoch(), 1);
  session.next_epoch();
  EXPECT_EQ(session.epoch(), 2);
}

TEST(FetchSessions, AFullCacheKeepsFreshSessionsOfTheSameSize) {
  FetchSessions sessions(2);
  ASSERT_NE(sessions.create(1, true, MonoTime(0), 5), nullptr);
  ASSERT_NE(sessions.create(1, true, MonoTime(0), 5), nullptr);
  EXPECT_EQ(sessions.create(1, true, MonoTime(1), 5), nullptr);
  EXPECT_NE(sessions.find(5), nullptr);
  EXPECT_NE(sessions.find(6), nullptr);
}

TEST(FetchSessions, AnUnusedSessionMakesRoom) {
  FetchSessions sessions(1);
  ASSERT_NE(sessions.create(1, true, MonoTime(0), 5), nullptr);
  const MonoTime later = MonoTime(1) + kFetchSessionEvictionAge;
  EXPECT_NE(sessions.create(1, true, later, 9), nullptr);
  EXPECT_EQ(sessions.find(5), nullptr);
}

TEST(FetchSessions, ALargerSessionTakesThePlaceOfAnOldSmallerOne) {
  FetchSessions sessions(1);
  FetchSession* small = sessions.create(1, true, MonoTime(0), 5);
  ASSERT_NE(small, nullptr);
  small->put(key(0), {});
  const MonoTime later = MonoTime(1) + kFetchSessionEvictionAge;
  sessions.touch(*small, later);
  EXPECT_EQ(sessions.create(1, true, later, 9), nullptr);
  EXPECT_NE(sessions.create(2, true, later, 9), nullptr);
}

}  // namespace
}  // namespace millrace::replica
