#include "log/remover.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "log/limits.h"
#include "log/testing/fake_shard.h"

namespace millrace::log::testing {
namespace {

class RemoverTest : public ::testing::Test {
 protected:
  RemoverTest() {
    EXPECT_TRUE(disk_.create_directory("gone").ok());
    disk_.put("gone/large", std::string(3 * kRemovalBytes + 1, 'x'));
    disk_.put("gone/small", "x");
  }
  std::size_t left() { return disk_.exists("gone/large") ? disk_.contents("gone/large")->size() : 0; }
  void pause() { shard_.advance(Millis(static_cast<std::int64_t>(kRemovalPauseMs))); }

  FakeDisk disk_;
  FakeShard shard_{disk_};
  Remover remover_{shard_.ports()};
};

TEST_F(RemoverTest, AFileGoesBitByBitWithAPauseAfterEach) {
  remover_.remove_files({"gone/large", "gone/small"}, Millis(100), {});
  shard_.advance(Millis(99));
  EXPECT_EQ(left(), 3 * kRemovalBytes + 1);
  shard_.advance(Millis(1));
  for (std::size_t steps = 2; steps > 0; --steps, pause()) EXPECT_EQ(left(), steps * kRemovalBytes + 1);
  EXPECT_EQ(left(), 1U);
  EXPECT_TRUE(disk_.exists("gone/small"));
  pause();
  EXPECT_FALSE(disk_.exists("gone/large"));
  EXPECT_FALSE(disk_.exists("gone/small"));
}

TEST_F(RemoverTest, WhatIsStillReadIsNotCut) {
  const auto reader = std::make_shared<int>(0);
  const auto file = disk_.find("gone/large");
  remover_.remove_files({"gone/large"}, Millis(0), {reader});
  shard_.advance(Millis(0));
  EXPECT_FALSE(disk_.exists("gone/large"));
  EXPECT_EQ(file->now.size(), 3 * kRemovalBytes + 1);
}

TEST_F(RemoverTest, ADirectoryGoesWithItsFiles) {
  remover_.remove_directory("gone", Millis(0), {});
  shard_.advance(Millis(0));
  EXPECT_EQ(left(), 2 * kRemovalBytes + 1);
  for (int steps = 0; steps < 3; ++steps) pause();
  EXPECT_FALSE(disk_.exists("gone"));
}

TEST_F(RemoverTest, WhatCannotBeRemovedDoesNotKeepTheRest) {
  disk_.dead.insert("gone/large");
  remover_.remove_files({"gone/large", "gone/missing", "gone/small"}, Millis(0), {});
  shard_.advance(Millis(0));
  EXPECT_FALSE(disk_.exists("gone/small"));
}

TEST_F(RemoverTest, TheMoreWaitsTheMoreGoesAtATime) {
  std::vector<std::string> paths(kRemovalPaths, "gone/missing");
  paths.insert(paths.begin(), "gone/large");
  remover_.remove_files(std::move(paths), Millis(0), {});
  shard_.advance(Millis(0));
  EXPECT_EQ(left(), kRemovalBytes + 1);
}

}  // namespace
}  // namespace millrace::log::testing
