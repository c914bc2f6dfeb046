#include "runtime/timers.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/prng.h"

namespace millrace::runtime {
namespace {

TEST(Timers, RunInOrderOfTimeThenOfCreation) {
  TimerHeap timers;
  std::vector<int> order;
  timers.at(MonoTime(20), [&] { order.push_back(3); });
  timers.at(MonoTime(10), [&] { order.push_back(1); });
  timers.at(MonoTime(10), [&] { order.push_back(2); });
  timers.at(MonoTime(30), [&] { order.push_back(4); });
  timers.run_due(MonoTime(9));
  EXPECT_TRUE(order.empty());
  timers.run_due(MonoTime(20));
  EXPECT_EQ((std::vector<int>{1, 2, 3}), order);
  EXPECT_EQ(MonoTime(30), timers.next());
  timers.run_due(MonoTime(100));
  EXPECT_EQ((std::vector<int>{1, 2, 3, 4}), order);
  EXPECT_TRUE(timers.empty());
}

TEST(Timers, CancelDestroysTheTaskAndOldIdsMeanNothing) {
  TimerHeap timers;
  auto owned = std::make_shared<int>(1);
  int calls = 0;
  const auto timer = timers.at(MonoTime(10), [owned, &calls] { ++calls; });
  EXPECT_EQ(2, owned.use_count());
  timers.cancel(timer);
  EXPECT_EQ(1, owned.use_count());
  timers.cancel(timer);
  // The successor in the same slot is not meant by the old id.
  timers.at(MonoTime(10), [&] { ++calls; });
  timers.cancel(timer);
  timers.cancel(ports::TimerId(0));
  timers.run_due(MonoTime(10));
  EXPECT_EQ(1, calls);
}

TEST(Timers, TimerThatSetsItselfAgainDoesNotHoldTheTurnNorTheOthers) {
  TimerHeap timers;
  int again = 0;
  int other = 0;
  Task* self = nullptr;
  Task repeat = [&] {
    ++again;
    timers.at(MonoTime(0), [&] { (*self)(); });
    if (again == 1) timers.at(MonoTime(5), [&] { ++other; });
  };
  self = &repeat;
  timers.at(MonoTime(0), [&] { repeat(); });
  timers.run_due(MonoTime(10));
  EXPECT_EQ(1, again);
  EXPECT_EQ(0, other);
  timers.run_due(MonoTime(11));
  EXPECT_EQ(2, again);
  EXPECT_EQ(1, other);
}

TEST(Timers, CancelledWithinTheSameTurnDoesNotRun) {
  TimerHeap timers;
  bool ran = false;
  ports::TimerId second;
  timers.at(MonoTime(1), [&] { timers.cancel(second); });
  second = timers.at(MonoTime(2), [&] { ran = true; });
  timers.run_due(MonoTime(5));
  EXPECT_FALSE(ran);
}

TEST(Timers, ManyMixedWithCancelsStillRunInOrder) {
  TimerHeap timers;
  Prng prng(7);
  std::vector<std::pair<std::int64_t, int>> ran;
  std::multiset<std::pair<std::int64_t, int>> expected;
  std::vector<std::pair<ports::TimerId, std::pair<std::int64_t, int>>> open;
  for (int i = 0; i < 5000; ++i) {
    const auto when = static_cast<std::int64_t>(prng.below(500));
    const std::pair<std::int64_t, int> key{when, i};
    open.emplace_back(timers.at(MonoTime(when), [&ran, key] { ran.push_back(key); }), key);
    expected.insert(key);
    if (prng.one_in(3)) {
      const auto chosen = prng.below(open.size());
      timers.cancel(open[chosen].first);
      expected.erase(open[chosen].second);
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
  }
  for (std::int64_t now = 0; now <= 500; now += 25) timers.run_due(MonoTime(now));
  EXPECT_EQ((std::vector<std::pair<std::int64_t, int>>(expected.begin(), expected.end())), ran);
}

TEST(Timers, TurnEndRunsWhatItsTasksAdd) {
  TimerHeap timers;
  std::vector<int> order;
  timers.at_turn_end([&] {
    order.push_back(1);
    timers.at_turn_end([&] { order.push_back(3); });
  });
  timers.at_turn_end([&] { order.push_back(2); });
  timers.run_turn_end();
  EXPECT_EQ((std::vector<int>{1, 2, 3}), order);
  EXPECT_FALSE(timers.turn_end_pending());
}

}  // namespace
}  // namespace millrace::runtime
