#include <gtest/gtest.h>

#include <string>

#include "log/testing/journaled.h"

namespace millrace::log::testing {
namespace {

// A log of four batches leaves its directory in one of two ways, and the partition comes back there with one batch.
class JournalOfAPartitionThatComesBack : public ::testing::Test {
 protected:
  explicit JournalOfAPartitionThatComesBack(int batches = 4) {
    node_.open(journaled(disk_));
    for (int i = 0; i < batches; ++i) {
      EXPECT_TRUE(node_.append(1).ok());
      node_.shard.run();
    }
    EXPECT_EQ(journals(disk_), 2U);
  }
  void remove() {
    node_.log->remove(Millis(0), [this](Status status) { gone_ = status.ok(); });
    node_.shard.run();
  }
  void leave() {
    node_.log->leave([this](Status status) { gone_ = status.ok(); });
    node_.shard.run();
    EXPECT_TRUE(disk_.rename(std::string(kDirectory), "data/elsewhere").ok() && disk_.sync_directory("data").ok());
  }
  Offset end_when_it_came_back() {
    node_.log.reset();
    OpenHints hints;
    hints.keep_mark = true;
    node_.open(hints);
    EXPECT_TRUE(node_.append(1).ok());
    node_.shard.run();
    EXPECT_EQ(node_.log->durable_end(), Offset(1));
    node_.log.reset();
    disk_.cut_power();
    Node again(disk_);
    again.open(journaled(disk_));
    EXPECT_TRUE(again.log && again.log->writable());
    return again.log->end();
  }
  void break_file(std::string_view end) {
    const auto entries = disk_.list("data");
    for (const auto& entry : *entries) {
      if (entry.name.ends_with(end)) disk_.find("data/" + entry.name)->broken = true;
    }
  }

  FakeDisk disk_;
  Node node_{disk_};
  bool gone_ = false;
};

TEST_F(JournalOfAPartitionThatComesBack, SaysNothingOfItOnceItWasRemoved) {
  remove();
  ASSERT_TRUE(gone_);
  EXPECT_EQ(end_when_it_came_back(), Offset(1));
}

TEST_F(JournalOfAPartitionThatComesBack, SaysNothingOfItOnceItsFilesWentElsewhere) {
  leave();
  ASSERT_TRUE(gone_);
  EXPECT_EQ(end_when_it_came_back(), Offset(1));
}

// Its files are there, and have no room yet.
class EmptyJournalOfAPartitionThatComesBack : public JournalOfAPartitionThatComesBack {
 protected:
  EmptyJournalOfAPartitionThatComesBack() : JournalOfAPartitionThatComesBack(1) {}
};

TEST_F(EmptyJournalOfAPartitionThatComesBack, KeepsItAwayOnAFullDiskButNotItsFilesFromBeingRemoved) {
  disk_.full = true;
  remove();
  EXPECT_FALSE(gone_);
  EXPECT_FALSE(disk_.exists(kDirectory.data()));
  disk_.full = false;
  node_.shard.advance(Millis(1000));
  ASSERT_TRUE(gone_);
  EXPECT_EQ(end_when_it_came_back(), Offset(1));
}

TEST_F(JournalOfAPartitionThatComesBack, GoesAsAWholeIfItCannotBeWritten) {
  break_file("-a");
  ASSERT_TRUE(node_.append(1).ok());
  node_.shard.run();
  ASSERT_EQ(node_.log->durable_end(), Offset(5)) << "by a sync of the segment";
  remove();
  ASSERT_TRUE(gone_);
  EXPECT_EQ(journals(disk_), 0U);
  EXPECT_EQ(end_when_it_came_back(), Offset(1));
}

TEST_F(JournalOfAPartitionThatComesBack, IsToldEvenIfTheMarksCannotBeWritten) {
  const auto entries = disk_.list("data");
  for (const auto& entry : *entries) {
    if (entry.name.starts_with(kMarksPrefix)) break_file(entry.name);
  }
  remove();
  ASSERT_TRUE(gone_);
  EXPECT_EQ(end_when_it_came_back(), Offset(1));
}

// What it holds of a log that is gone keeps no file from being used again.
TEST(Journal, IsUsedAgainAfterALogInItWasClosedOrRemoved) {
  for (const bool removed : {false, true}) {
    FakeDisk disk;
    Node node(disk);
    node.committer = Committer::create(node.shard.ports(), 1000, true);
    node.open(journaled(disk));
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(node.append(1).ok());
      node.shard.run();
    }
    bool gone = false;
    const auto ended = [&gone](Status status) { gone = status.ok(); };
    removed ? node.log->remove(Millis(0), ended) : node.log->close(ended);
    node.shard.run();
    ASSERT_TRUE(gone);
    node.log.reset();
    OpenHints hints;
    hints.clean_stop = hints.keep_mark = hints.journal = true;
    node.open(hints);
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(node.append(1).ok());
      node.shard.run();
    }
    EXPECT_GT(node.shard.reached(ports::Probe::log_journal_reused), 1) << removed;
  }
}

}  // namespace
}  // namespace millrace::log::testing
