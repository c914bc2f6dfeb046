#include "log/sync_choice.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::log {
namespace {

// The choice after a round in which each of `files` files got `writes` writes of `bytes` bytes.
bool journal_after(std::size_t files, std::size_t writes, std::uint64_t bytes) {
  SyncChoice choice;
  std::vector<std::uint64_t> counted(files, 0);
  for (std::size_t i = 0; i < writes; ++i) {
    for (auto& file : counted) choice.note(file, bytes);
  }
  choice.begin_round();
  return choice.journal();
}

TEST(SyncChoice, OneFileIsSyncedAndManySmallWritesAreJournaled) {
  EXPECT_FALSE(journal_after(1, 1, 100));
  EXPECT_TRUE(journal_after(2, 1, 100));
  EXPECT_TRUE(journal_after(1000, 1, 2048));
}

TEST(SyncChoice, WhatIsLargeIsNotWrittenTwice) {
  EXPECT_FALSE(journal_after(4, 1, 4 * kBytesPerSync));
  EXPECT_FALSE(journal_after(4, 64, kBytesPerSync / 64));
}

TEST(SyncChoice, ARoundWithoutWritesChangesNothing) {
  SyncChoice choice;
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  choice.note(first, 1);
  choice.note(second, 1);
  choice.begin_round();
  choice.begin_round();
  EXPECT_TRUE(choice.journal());
  choice.note(first, 1);
  choice.begin_round();
  EXPECT_FALSE(choice.journal());
}

}  // namespace
}  // namespace millrace::log
