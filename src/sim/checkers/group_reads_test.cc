#include "sim/checkers/group_reads.h"

#include <gtest/gtest.h>

namespace millrace::sim {
namespace {

const PartitionName kPartition{"t", 0};

struct GroupReadsTest : ::testing::Test {
  History history;
  GroupReads reads{history};
};

TEST_F(GroupReadsTest, PositionsBehindProcessedRecordsAreRight) {
  reads.processed(kPartition, 1);
  reads.processed(kPartition, 0);
  EXPECT_EQ(reads.processed_end(kPartition), 2);
  reads.acknowledged(kPartition, 2);
  reads.looked_up(kPartition, reads.mark(kPartition), 2);
  EXPECT_EQ(history.broken(), "");
}

TEST_F(GroupReadsTest, APositionBehindARecordThatNobodyProcessedIsFound) {
  reads.processed(kPartition, 0);
  reads.processed(kPartition, 2);
  reads.looked_up(kPartition, 0, 3);
  EXPECT_FALSE(history.ok());
}

TEST_F(GroupReadsTest, APositionThatGoesBackIsFoundUnlessTheLookUpIsOlder) {
  for (std::int64_t offset = 0; offset < 5; ++offset) reads.processed(kPartition, offset);
  const std::int64_t old = reads.mark(kPartition);
  reads.acknowledged(kPartition, 5);
  reads.looked_up(kPartition, old, 3);
  EXPECT_TRUE(history.ok());
  reads.looked_up(kPartition, reads.mark(kPartition), 3);
  EXPECT_FALSE(history.ok());
}

}  // namespace
}  // namespace millrace::sim
