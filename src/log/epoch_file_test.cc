// When the file of the leader epochs is written.
#include <gtest/gtest.h>

#include <string>

#include "log/names.h"
#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

struct EpochFile : ::testing::Test {
  std::string text() {
    const std::string path = std::string(kDirectory) + "/" + std::string(kEpochFile);
    return disk.exists(path) ? *disk.contents(path) : "none";
  }
  // After a clean stop.
  OpenHints hints(std::int64_t end) const {
    OpenHints known;
    known.clean_stop = true;
    known.recovery_point = Offset(end);
    return known;
  }
  FakeDisk disk;
};

TEST_F(EpochFile, AnEpochIsWrittenWithItsFirstRecordAndKnownBefore) {
  Node node(disk);
  node.open();
  node.log->begin_epoch(LeaderEpoch(3));
  node.shard.run();
  EXPECT_EQ(text(), "none");
  EXPECT_EQ(node.log->end_of_epoch(LeaderEpoch(3)).epoch, LeaderEpoch(3));
  ASSERT_TRUE(node.append(1).ok());
  node.shard.run();
  EXPECT_EQ(text(), "0\n1\n3 0\n");
  node.log->begin_epoch(LeaderEpoch(5));
  node.log->begin_epoch(LeaderEpoch(6));
  ASSERT_TRUE(node.log->append(batch(1), LeaderEpoch(6)).ok());
  node.shard.run();
  EXPECT_EQ(text(), "0\n2\n3 0\n6 1\n");
}

TEST_F(EpochFile, StartsThatBringNoRecordsChangeNothing) {
  {
    Node node(disk);
    node.open();
    ASSERT_TRUE(node.append(2).ok());
    EXPECT_TRUE(node.close().ok());
  }
  disk.directories_synced.clear();
  for (int epoch = 4; epoch < 7; ++epoch) {
    Node node(disk);
    node.open(hints(2));
    node.log->begin_epoch(LeaderEpoch(epoch));
    node.shard.run();
    EXPECT_EQ(node.log->end_of_epoch(LeaderEpoch(epoch)).epoch, LeaderEpoch(epoch));
    EXPECT_TRUE(disk.directories_synced.empty());
    EXPECT_TRUE(node.close().ok());
    disk.directories_synced.clear();
  }
  EXPECT_EQ(text(), "0\n1\n3 0\n");
}

TEST_F(EpochFile, AnEmptyLogIsOpenedWithoutAWrite) {
  {
    Node node(disk);
    node.open();
    EXPECT_TRUE(node.close().ok());
  }
  disk.directories_synced.clear();
  Node node(disk);
  node.open(hints(0));
  EXPECT_TRUE(disk.directories_synced.empty());
  EXPECT_EQ(text(), "none");
}

}  // namespace
}  // namespace millrace::log::testing
