#include "log/directory_syncs.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

class DirectorySyncsTest : public ::testing::Test {
 protected:
  DirectorySyncsTest() {
    EXPECT_TRUE(disk_.create_directory("a").ok());
    EXPECT_TRUE(disk_.create_directory("b").ok());
  }
  void sync(const std::string& directory, const std::string& name) {
    syncs_.sync(directory, [this, name](Status status) { ended_.push_back(name + (status ? "" : " failed")); });
  }

  FakeDisk disk_;
  FakeShard shard_{disk_};
  DirectorySyncs syncs_{shard_.ports()};
  std::vector<std::string> ended_;
};

TEST_F(DirectorySyncsTest, WhatComesWhileOneRunsSharesTheNext) {
  sync("a", "first");
  sync("a", "second");
  sync("a", "third");
  sync("b", "other");
  EXPECT_TRUE(ended_.empty());
  shard_.run();
  EXPECT_EQ(ended_.size(), 4U);
  EXPECT_EQ(disk_.directories_synced["a"], 2U);
  EXPECT_EQ(disk_.directories_synced["b"], 1U);
  sync("a", "later");
  shard_.run();
  EXPECT_EQ(ended_.back(), "later");
  EXPECT_EQ(disk_.directories_synced["a"], 3U);
}

TEST_F(DirectorySyncsTest, EachHearsOfAFailure) {
  sync("none", "first");
  sync("none", "second");
  shard_.run();
  EXPECT_EQ(ended_, (std::vector<std::string>{"first failed", "second failed"}));
}

TEST(DirectorySyncs, LogsThatAreRemovedTogetherShareTheSyncOfTheirDirectory) {
  constexpr std::size_t kLogs = 20;
  FakeDisk disk;
  Node node(disk);
  std::vector<std::unique_ptr<PartitionLog>> logs;
  for (std::size_t i = 0; i < kLogs; ++i) {
    PartitionLog::open(node.shard.ports(), *node.committer, "data/t-" + std::to_string(i), Uuid{5, i}, {},
                       node.listener,
                       [&](Result<std::unique_ptr<PartitionLog>> log) { logs.push_back(std::move(*log)); });
  }
  node.shard.run();
  disk.directories_synced.clear();
  std::size_t removed = 0;
  for (auto& log : logs) {
    log->remove(Millis(60'000), [&](Status status) { removed += status.ok(); });
  }
  node.shard.run();
  EXPECT_EQ(removed, kLogs);
  EXPECT_LE(disk.directories_synced["data"], 3U);
}

}  // namespace
}  // namespace millrace::log::testing
