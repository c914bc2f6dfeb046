#include "log/epochs.h"

#include <gtest/gtest.h>

namespace millrace::log {
namespace {

EpochTable table(std::initializer_list<std::pair<int, int>> entries) {
  EpochTable result;
  for (const auto& [epoch, start] : entries) result.begin(LeaderEpoch(epoch), Offset(start));
  return result;
}

TEST(EpochTable, AnEpochWithoutRecordsLeavesNoTraceOnceTheNextBegins) {
  EXPECT_EQ(table({{0, 0}, {2, 84}, {4, 84}}).encode(), "0\n2\n0 0\n4 84\n");
  EpochTable same = table({{3, 5}});
  EXPECT_FALSE(same.begin(LeaderEpoch(3), Offset(9)));
  EXPECT_FALSE(same.begin(LeaderEpoch(2), Offset(9)));
}

TEST(EpochTable, AnEpochEndsWhereTheNextLargerOneBegins) {
  const EpochTable epochs = table({{1, 0}, {4, 10}, {7, 30}});
  EXPECT_EQ(epochs.end_of(LeaderEpoch(0), Offset(50)).end, kNoOffset);
  EXPECT_EQ(epochs.end_of(LeaderEpoch(1), Offset(50)).end, Offset(10));
  EXPECT_EQ(epochs.end_of(LeaderEpoch(3), Offset(50)).epoch, LeaderEpoch(1));
  EXPECT_EQ(epochs.end_of(LeaderEpoch(4), Offset(50)).end, Offset(30));
  EXPECT_EQ(epochs.end_of(LeaderEpoch(9), Offset(50)).epoch, LeaderEpoch(7));
  EXPECT_EQ(epochs.end_of(LeaderEpoch(9), Offset(50)).end, Offset(50));
}

TEST(EpochTable, ParsesWhatItWritesAndNothingElse) {
  const EpochTable epochs = table({{1, 0}, {4, 10}});
  EXPECT_EQ(EpochTable::parse(epochs.encode())->entries(), epochs.entries());
  EXPECT_TRUE(EpochTable::parse("")->entries().empty());
  for (const char* bad : {"1\n0\n", "0\n", "0\n1\n", "0\n1\n1 x\n", "0\n1\n-1 0\n", "0\n2\n2 0\n1 5\n",
                          "0\n2\n1 5\n2 5\n", "0\n1\n1\n", "0\n1\n1 0\n2 1\n"}) {
    EXPECT_FALSE(EpochTable::parse(bad).ok()) << bad;
  }
}

TEST(EpochTable, BatchesCompleteAndOverruleTheCheckpoint) {
  // The checkpoint is behind: the batches know more.
  EXPECT_EQ(EpochTable::merge(table({{0, 0}}), table({{0, 0}, {3, 9}}), Offset(20))->entries(),
            table({{0, 0}, {3, 9}}).entries());
  // Compaction has removed the first batches of an epoch: the checkpoint knows where it began.
  EXPECT_EQ(EpochTable::merge(table({{0, 0}, {3, 5}}), table({{0, 2}, {3, 9}}), Offset(20))->entries(),
            table({{0, 0}, {3, 5}}).entries());
  // Entries at or behind the log's end had no records.
  EXPECT_EQ(EpochTable::merge(table({{0, 0}, {3, 20}}), table({{0, 0}}), Offset(20))->entries(),
            table({{0, 0}}).entries());
  // The checkpoint is wrong.
  EXPECT_FALSE(EpochTable::merge(table({{0, 0}, {3, 15}}), table({{0, 0}, {3, 9}}), Offset(20)));
  EXPECT_FALSE(EpochTable::merge(table({{5, 0}}), table({{3, 9}}), Offset(20)));
}

}  // namespace
}  // namespace millrace::log
