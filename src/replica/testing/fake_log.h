#pragma once

#include <vector>

#include "log/partition_log.h"
#include "record/batch.h"

namespace millrace::replica::testing {

// A log in memory that becomes durable when the test says so.
class FakeLog final : public log::PartitionLog {
 public:
  Offset durable{0};
  Error refuse = Error::none;  // the answer of append while it is not none
  std::vector<LeaderEpoch> epochs;

  Result<log::AppendResult> append(Buffer batches, LeaderEpoch epoch) override {
    if (refuse != Error::none) return refuse;
    const Offset base = end_;
    for (record::BatchWalk walk(batches.bytes()); walk.next();) {
      record::MutableBatch header(batches.writable().subspan(walk.position()));
      header.set_base_offset(end_);
      header.set_leader_epoch(epoch);
      const auto view = header.view();
      if (view.has_producer()) {
        producers_.replay(view.producer_id(), view.producer_epoch(),
                          {view.base_sequence(), view.last_sequence(), view.last_offset(), view.last_offset_delta(),
                           view.max_timestamp()});
      }
      end_ = view.next_offset();
    }
    return log::AppendResult{base, end_ - 1};
  }
  Result<log::AppendResult> append_as_follower(Buffer) override { return Error::unsupported; }
  Result<log::ReadPlan> read(Offset, Offset, std::uint64_t, bool) override { return log::ReadPlan(); }
  void when_readable(Task) override {}
  Offset start() const override { return Offset(0); }
  Offset end() const override { return end_; }
  Offset durable_end() const override { return durable; }
  ByteCount size() const override { return ByteCount(0); }
  void find_timestamp(WallTime, Offset, FoundTime) override {}
  void find_max_timestamp(Offset, FoundTime) override {}
  LeaderEpoch last_epoch() const override { return epochs.empty() ? kNoEpoch : epochs.back(); }
  log::EpochEnd end_of_epoch(LeaderEpoch) const override { return {}; }
  void begin_epoch(LeaderEpoch epoch) override { epochs.push_back(epoch); }
  const record::ProducerTable& producers() const override { return producers_; }
  void truncate(Offset, LeaderEpoch, Callback<void(Status)>) override {}
  void set_options(const log::LogOptions&) override {}
  void close(Callback<void(Status)>) override {}
  void remove_left(const std::string& /*directory*/) override {}
  void remove(Millis, Callback<void(Status)>) override {}

 private:
  Offset end_{0};
  record::ProducerTable producers_;
};

}  // namespace millrace::replica::testing
