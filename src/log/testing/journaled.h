#pragma once

#include "log/journal.h"
#include "log/mark_file.h"
#include "log/testing/log_node.h"

namespace millrace::log::testing {

// How the log of a Node is opened with a journal, after what earlier lives left.
inline OpenHints journaled(FakeDisk& disk) {
  auto marks = gather_marks(disk, "data");
  EXPECT_TRUE(marks.ok());
  OpenHints hints;
  hints.recovery_point = Offset(0);
  hints.keep_mark = hints.journal = true;
  if (const auto mark = marks->find({kTopic, PartitionIndex(0)}); mark != marks->end()) hints.mark = mark->second;
  return hints;
}

// How many files of journals there are.
inline std::size_t journals(FakeDisk& disk) {
  std::size_t count = 0;
  const auto entries = disk.list("data");
  for (const auto& entry : *entries) count += entry.name.starts_with(kJournalPrefix) ? 1 : 0;
  return count;
}

}  // namespace millrace::log::testing
