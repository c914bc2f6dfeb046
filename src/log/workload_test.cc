#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "log/testing/log_node.h"

namespace millrace::log::testing {
namespace {

// A random life of a log: appends, rolls, truncations, a disk that fills up, writes and syncs that fail, power cuts.
// Beside it a model of what must be there: for each offset the value that was last appended at it.
class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed) {}

  void run() {
    for (int boot = 0; boot < 4 && !::testing::Test::HasFailure(); ++boot) live();
  }

 private:
  void live() {
    disk_.full = false;
    disk_.failing_syncs = disk_.failing_writes = 0;
    LogOptions options = segments_of(300 + random_.below(2000));
    options.index_interval_bytes = ByteCount(random_.below(300));
    Node node(disk_, options);
    node.open();
    ASSERT_TRUE(node.log) << (node.shard.lines.empty() ? "" : node.shard.lines.back());
    check_contents(node);
    promised_ = node.log->end();
    values_.erase(values_.lower_bound(promised_.value()), values_.end());
    const auto steps = random_.below(80);
    for (std::uint64_t i = 0; i < steps; ++i) step(node);
    disk_.cut_power(random_.fork(steps));
  }

  void step(Node& node) {
    const auto action = random_.below(40);
    if (action < 20) append(node);
    if (action == 20) disk_.full = !disk_.full;
    if (action == 21 && random_.one_in(4)) disk_.failing_syncs = 1;
    if (action == 22 && random_.one_in(4)) disk_.failing_writes = 1;
    if (action == 23) truncate(node);
    if (action > 35) node.shard.advance(Millis(500));
    node.shard.hold_syncs = random_.one_in(3);
    node.shard.hold_jobs = random_.one_in(3);
    node.shard.hold_writes = random_.one_in(4);
    if (random_.one_in(2)) node.shard.release();
    node.shard.turn();
    if (!truncating_) promised_ = std::max(promised_, node.log->durable_end());
    if (!truncating_ && random_.one_in(5)) check_contents(node);
  }

  void append(Node& node) {
    const std::string value = std::to_string(++appended_) + std::string(random_.below(300), '.');
    const auto result = node.append(1 + static_cast<int>(random_.below(3)), value);
    if (!result) return;
    for (auto at = result->base_offset; at <= result->last_offset; ++at) values_[at.value()] = value;
  }

  // What a truncation removes is neither promised nor forbidden until it is done.
  void truncate(Node& node) {
    if (truncating_ || node.log->end() == Offset(0)) return;
    const Offset to(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(node.log->end().value()))));
    promised_ = std::min(promised_, Offset(std::max<std::int64_t>(0, to.value() - 2)));
    truncating_ = true;
    node.log->truncate(to, kNoEpoch, [this, &node](Status status) {
      truncating_ = false;
      if (!status) return;
      node.listener.durable = node.log->durable_end();
      EXPECT_EQ(node.log->end(), node.log->durable_end());
      values_.erase(values_.lower_bound(node.log->end().value()), values_.end());
    });
  }

  void check_contents(Node& node) {
    truncating_ = false;
    ASSERT_GE(node.log->end(), promised_);
    const std::string bytes = node.read(Offset(0), node.log->durable_end(), 1 << 24);
    Offset next{0};
    for (record::BatchWalk walk(as_bytes(bytes)); walk.next();) {
      ASSERT_EQ(walk.batch().base_offset(), next);
      ASSERT_TRUE(walk.batch().crc_ok());
      record::Scratch scratch;
      auto reader = record::RecordReader::open(walk.batch(), scratch);
      record::Record record;
      while (reader->next(record)) {
        ASSERT_EQ(as_text(*record.value), values_[record.offset.value()]) << record.offset.value();
      }
      next = walk.batch().next_offset();
    }
    ASSERT_EQ(next, node.log->durable_end());
  }

  Prng random_;
  FakeDisk disk_;
  std::map<std::int64_t, std::string> values_;
  Offset promised_{0};
  std::uint64_t appended_ = 0;
  bool truncating_ = false;
};

TEST(PartitionLog, HoldsItsPromisesThroughWhateverComesInAnyOrder) {
  for (std::uint64_t seed = 0; seed < 2000 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Life(seed).run();
  }
}

}  // namespace
}  // namespace millrace::log::testing
