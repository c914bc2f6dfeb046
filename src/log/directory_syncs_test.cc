#include "log/directory_syncs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "log/testing/fake_shard.h"

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

}  // namespace
}  // namespace millrace::log::testing
