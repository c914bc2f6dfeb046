#include "log/sync_choice.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::log {
namespace {

// A shard's files, each of which gets `writes` writes of `bytes` bytes before every round.
struct Shard {
  explicit Shard(std::size_t files) : counted(files, 0) {}
  bool round(std::size_t files, std::size_t writes, std::uint64_t bytes) {
    for (std::size_t i = 0; i < writes * files; ++i) choice.note(counted[i % files], bytes);
    choice.begin_round();
    return choice.journal();
  }

  SyncChoice choice;
  std::vector<std::uint64_t> counted;
};

bool journal_after(std::size_t files, std::size_t writes, std::uint64_t bytes) {
  return Shard(files).round(files, writes, bytes);
}

TEST(SyncChoice, SmallWritesAreJournaled) {
  EXPECT_TRUE(journal_after(1, 1, 100));
  EXPECT_TRUE(journal_after(2, 2, 4096));
  EXPECT_TRUE(journal_after(1000, 1, 2048));
}

TEST(SyncChoice, WhatIsLargeIsNotWrittenTwice) {
  EXPECT_FALSE(journal_after(1, 40, 2048));
  EXPECT_FALSE(journal_after(4, 1, 2 * kBytesPerSync));
  EXPECT_FALSE(journal_after(4, 64, kBytesPerSync / 32));
}

TEST(SyncChoice, ARoundWithoutWritesChangesNothing) {
  Shard shard(2);
  EXPECT_TRUE(shard.round(2, 1, 100));
  shard.choice.begin_round();
  EXPECT_TRUE(shard.choice.journal());
}

TEST(SyncChoice, OneRoundOfAnotherKindDoesNotChangeIt) {
  Shard shard(8);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(shard.round(8, 1, 4096));
  EXPECT_TRUE(shard.round(1, 1, 4 * kBytesPerSync));
  Shard other(8);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(other.round(4, 1, 2 * kBytesPerSync));
  EXPECT_FALSE(other.round(8, 1, 100));
}

TEST(SyncChoice, AChangeThatLastsIsFollowed) {
  Shard shard(8);
  for (int i = 0; i < 1000; ++i) shard.round(8, 1, 4096);
  for (std::uint64_t i = 0; i < 4 * kRoundsRemembered; ++i) shard.round(1, 1, 4 * kBytesPerSync);
  EXPECT_FALSE(shard.choice.journal());
  for (std::uint64_t i = 0; i < 4 * kRoundsRemembered; ++i) shard.round(8, 1, 4096);
  EXPECT_TRUE(shard.choice.journal());
}

}  // namespace
}  // namespace millrace::log
