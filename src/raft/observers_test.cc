#include "raft/observers.h"

#include <gtest/gtest.h>

namespace millrace::raft {
namespace {

constexpr ReplicaKey kWho{NodeId(5), Uuid{1, 2}};

TEST(Observers, WhoHasTheWholeLogHasCaughtUpNow) {
  Observers observers;
  observers.fetched(kWho, Offset(10), Offset(10), WallTime(1000));
  const Observed seen = observers.present(WallTime(1000)).at(kWho);
  EXPECT_EQ(seen.end, Offset(10));
  EXPECT_EQ(seen.fetched, WallTime(1000));
  EXPECT_EQ(seen.caught_up, WallTime(1000));
}

TEST(Observers, WhoHasWhatTheLogHadBeforeHadCaughtUpThen) {
  Observers observers;
  observers.fetched(kWho, Offset(3), Offset(10), WallTime(1000));
  EXPECT_EQ(observers.present(WallTime(1000)).at(kWho).caught_up, kNoTime);
  observers.fetched(kWho, Offset(10), Offset(20), WallTime(2000));
  EXPECT_EQ(observers.present(WallTime(2000)).at(kWho).caught_up, WallTime(1000));
  observers.fetched(kWho, Offset(15), Offset(30), WallTime(3000));
  EXPECT_EQ(observers.present(WallTime(3000)).at(kWho).caught_up, WallTime(1000));
}

TEST(Observers, WhoIsSilentForFiveMinutesIsForgotten) {
  Observers observers;
  observers.fetched(kWho, Offset(1), Offset(1), WallTime(0));
  EXPECT_EQ(observers.present(WallTime(299'999)).size(), 1U);
  EXPECT_TRUE(observers.present(WallTime(300'000)).empty());
}

TEST(Observers, AnotherDirectoryIsAnotherReplica) {
  Observers observers;
  observers.fetched(kWho, Offset(1), Offset(1), WallTime(0));
  observers.fetched({NodeId(5), Uuid{3, 4}}, Offset(1), Offset(1), WallTime(0));
  EXPECT_EQ(observers.present(WallTime(0)).size(), 2U);
}

TEST(Observers, IdsThatAreMadeUpDoNotFillTheMemory) {
  Observers observers;
  for (std::int32_t id = 0; id < static_cast<std::int32_t>(kMaxObservers) + 10; ++id) {
    observers.fetched({NodeId(id), Uuid()}, Offset(1), Offset(1), WallTime(0));
  }
  EXPECT_EQ(observers.present(WallTime(0)).size(), kMaxObservers);
}

}  // namespace
}  // namespace millrace::raft
