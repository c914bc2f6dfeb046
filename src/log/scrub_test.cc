#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "log/names.h"
#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

// Segments of a few batches, all on the disk: the second begins at 8.
struct Filled {
  FakeDisk disk;
  Node node{disk, segments_of(400)};
  Filled() {
    node.open();
    for (int i = 0; i < 12; ++i) {
      EXPECT_TRUE(node.append(2).ok());
      node.shard.run();
    }
  }
  // Goes through the log once, in steps of so many bytes; how many were read.
  std::uint64_t scrub(std::uint64_t step) {
    std::uint64_t bytes = 0;
    for (int i = 0; i < 1000; ++i) {
      std::optional<Scrubbed> done;
      node.log->scrub(step, [&](Scrubbed scrubbed) { done = scrubbed; });
      node.shard.run();
      if (!done) break;
      bytes += done->bytes;
      if (done->whole) return bytes;
    }
    ADD_FAILURE() << "the scrub does not end";
    return bytes;
  }
};

TEST(Scrub, ReadsEveryByteThatIsOnTheDiskOnceARound) {
  Filled log;
  const std::uint64_t size = log.node.log->size().value();
  EXPECT_EQ(log.scrub(1), size) << "a batch at a time";
  EXPECT_EQ(log.scrub(1 << 20), size) << "a segment at a time";
  EXPECT_EQ(log.node.log->damage(), nullptr);
}

TEST(Scrub, WhatIsNotOnTheDiskYetIsLeftAlone) {
  Filled log;
  const std::uint64_t size = log.node.log->size().value();
  log.node.shard.hold_writes = true;
  ASSERT_TRUE(log.node.append(1).ok());
  EXPECT_EQ(log.scrub(1 << 20), size);
  EXPECT_EQ(log.node.log->damage(), nullptr);
}

TEST(Scrub, ABitThatChangedIsToldWithItsPlaceAndTheLogServesOn) {
  Filled log;
  std::string* file = log.disk.contents(log.node.path(segment_name(log.node.log->first_segment())));
  ASSERT_NE(file, nullptr);
  const std::size_t batch = record::BatchView::parse(as_bytes(*file))->size();  // where the second begins
  (*file)[batch + 70] ^= 1;
  log.scrub(1 << 20);
  const Damage* damage = log.node.log->damage();
  ASSERT_NE(damage, nullptr);
  EXPECT_EQ(damage->file, segment_name(Offset(0)));
  EXPECT_EQ(damage->position, batch);
  EXPECT_EQ(damage->offset, Offset(2));
  ASSERT_FALSE(log.node.shard.lines.empty());
  EXPECT_NE(log.node.shard.lines.back().find("position " + std::to_string(batch)), std::string::npos);
  EXPECT_TRUE(log.node.log->writable());
  EXPECT_TRUE(log.node.append(1).ok());
  EXPECT_EQ(log.node.listener.broken, 0);
}

TEST(Scrub, GoesOnBehindWhatRetentionAndTruncationTook) {
  Filled log;
  std::optional<Scrubbed> done;
  log.node.log->scrub(1, [&](Scrubbed scrubbed) { done = scrubbed; });
  log.node.shard.run();
  ASSERT_TRUE(done && !done->whole);
  ASSERT_TRUE(log.node.log->advance_start(Offset(16)).ok());
  log.node.shard.run();
  const std::uint64_t size = log.node.log->size().value();
  EXPECT_EQ(log.scrub(1 << 20), size);
  log.node.log->truncate(Offset(20), kNoEpoch, [](Status) {});
  log.node.shard.run();
  log.scrub(1 << 20);
  EXPECT_EQ(log.scrub(1 << 20), log.node.log->size().value());
  EXPECT_EQ(log.node.log->damage(), nullptr);
}

}  // namespace
}  // namespace millrace::log::testing
