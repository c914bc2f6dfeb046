#include "raft/fetch_position.h"

#include <gtest/gtest.h>

namespace millrace::raft {
namespace {

constexpr LogPoint point(std::int64_t end, std::int32_t epoch) { return {Offset(end), LeaderEpoch(epoch)}; }

// A log from 0 on whose epoch 2 ends at 50, with nothing beside it but what formatting left.
LeaderLog young(LogPoint shared) { return {Offset(0), kBootstrapPoint, kBootstrapPoint, shared}; }

// A log that begins at 100 behind a snapshot of epoch 3, with a newer snapshot at 200.
LeaderLog old(LogPoint shared) { return {Offset(100), point(100, 3), point(200, 4), shared}; }

TEST(JudgeFetch, AnEmptyCopyReadsTheLogOnlyWhereNoSnapshotHoldsAnything) {
  EXPECT_EQ(judge_fetch(point(0, 0), young(point(0, 0))), FetchFit{});
  EXPECT_EQ(judge_fetch(point(0, 0), {Offset(0), std::nullopt, std::nullopt, point(0, 0)}), FetchFit{});
  const FetchFit expected{Fit::needs_snapshot, point(40, 2)};
  EXPECT_EQ(judge_fetch(point(0, 0), {Offset(0), kBootstrapPoint, point(40, 2), point(0, 0)}), expected);
}

TEST(JudgeFetch, ACopyThatEndsWithinItsEpochFits) {
  EXPECT_EQ(judge_fetch(point(49, 2), young(point(50, 2))), FetchFit{});
  EXPECT_EQ(judge_fetch(point(50, 2), young(point(50, 2))), FetchFit{});
}

TEST(JudgeFetch, ACopyThatIsLongerThanItsEpochIsCutAtTheEpochsEnd) {
  EXPECT_EQ(judge_fetch(point(51, 2), young(point(50, 2))), (FetchFit{Fit::diverges, point(50, 2)}));
}

TEST(JudgeFetch, ACopyOfAnEpochThatNeverWasIsCutAtTheEpochBelow) {
  EXPECT_EQ(judge_fetch(point(40, 3), young(point(50, 2))), (FetchFit{Fit::diverges, point(50, 2)}));
}

TEST(JudgeFetch, ACopyThatEndsBelowTheLogGetsTheNewestSnapshot) {
  const FetchFit expected{Fit::needs_snapshot, point(200, 4)};
  EXPECT_EQ(judge_fetch(point(99, 3), old(point(150, 3))), expected);
  EXPECT_EQ(judge_fetch(point(150, 2), old(point(100, 2))), expected);
}

TEST(JudgeFetch, ACopyThatEndsWhereTheLogBeginsNeedsTheEpochOfItsSnapshot) {
  EXPECT_EQ(judge_fetch(point(100, 3), old(point(150, 3))), FetchFit{});
  EXPECT_EQ(judge_fetch(point(100, 4), old(point(250, 4))), (FetchFit{Fit::needs_snapshot, point(200, 4)}));
}

}  // namespace
}  // namespace millrace::raft
