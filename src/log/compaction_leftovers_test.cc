#include "log/compaction_leftovers.h"

#include <gtest/gtest.h>

#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

// Segments at 0, 1, 2 with one batch each, and `compacted`: one that stands for 0 and 1.
struct Compacted : ::testing::Test {
  FakeDisk disk;
  Node node{disk, segments_of(70)};
  std::string compacted;

  void SetUp() override {
    node.open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.append(1).ok());
    ASSERT_TRUE(node.close().ok());
    compacted = file(1);
  }
  std::string name(int base) const { return node.path("0000000000000000000" + std::to_string(base) + ".log"); }
  std::string& file(int base) { return *disk.contents(name(base)); }
};

TEST_F(Compacted, AFinishedReplacementTakesThePlaceOfWhatItCovers) {
  disk.put(name(0) + ".swap", compacted);
  const std::string third = file(2);
  ASSERT_TRUE(finish_compaction(disk, std::string(kDirectory)).ok());
  EXPECT_EQ(file(0), compacted);
  EXPECT_FALSE(disk.exists(name(1)));
  EXPECT_EQ(file(2), third);
  EXPECT_FALSE(disk.exists(name(0) + ".swap"));
  Node again(disk, segments_of(70));
  again.open();
  EXPECT_EQ(again.offsets(Offset(0), Offset(3)), "1-1 2-2");
}

TEST_F(Compacted, AReplacementWhoseOriginalsAreGoneIsTakenToo) {
  disk.put(name(0) + ".swap", compacted);
  ASSERT_TRUE(disk.remove(name(0)).ok() && disk.remove(name(1)).ok());
  Node again(disk, segments_of(70));
  again.open();
  EXPECT_EQ(again.offsets(Offset(0), Offset(3)), "1-1 2-2");
}

TEST_F(Compacted, AnUnfinishedOneIsGivenUp) {
  disk.put(name(0) + ".cleaned", compacted.substr(0, 30));
  disk.put(name(1) + ".swap", compacted);
  disk.put(name(7) + ".deleted", "x");
  ASSERT_TRUE(finish_compaction(disk, std::string(kDirectory)).ok());
  Node again(disk, segments_of(70));
  again.open();
  EXPECT_EQ(again.offsets(Offset(0), Offset(3)), "0-0 1-1 2-2");
  EXPECT_FALSE(disk.exists(name(0) + ".cleaned") || disk.exists(name(1) + ".swap") ||
               disk.exists(name(7) + ".deleted"));
}

TEST_F(Compacted, ADamagedReplacementReplacesNothing) {
  disk.put(name(0) + ".swap", compacted.substr(0, compacted.size() - 1));
  EXPECT_EQ(finish_compaction(disk, std::string(kDirectory)).error(), Error::corrupt);
  EXPECT_TRUE(disk.exists(name(0)) && disk.exists(name(1)) && disk.exists(name(0) + ".swap"));
}

}  // namespace
}  // namespace millrace::log::testing
