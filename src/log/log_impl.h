#pragma once

#include <deque>
#include <memory>
#include <string>

#include "log/committer.h"
#include "log/epochs.h"
#include "log/partition_log.h"
#include "log/recovery.h"
#include "log/segment.h"

namespace millrace::log {

// The open log. One file per concern: append.cc adds and rolls, write.cc moves bytes to the disk, read.cc plans reads,
// timestamps.cc looks offsets up, retire.cc truncates, closes and removes.
//
// Three ends move forward one behind the other: appended (end()), written, durable. Each segment knows its own; the
// log's durable end is that of the first segment that is not wholly durable. A new segment's file is made only when all
// before it are durable (recovery relies on it), unless the log's options are not durable.
class LogImpl final : public PartitionLog {
 public:
  LogImpl(ports::Shard& shard, GroupCommitter& committer, std::string directory, const LogOptions& options,
          LogListener& listener);
  ~LogImpl() override;

  // Takes over what recovery found and opens the files; `done` when all are open.
  void adopt(RecoveredLog recovered, Callback<void(Status)> done);

  Result<AppendResult> append(Buffer batches, LeaderEpoch epoch) override;
  Result<AppendResult> append_as_follower(Buffer batches) override;
  Result<ReadPlan> read(Offset from, Offset upto, std::uint64_t max_bytes, bool at_least_one) override;
  void when_readable(Task ready) override;
  Offset start() const override { return segments_.front()->base(); }
  Offset end() const override { return segments_.back()->appended.next; }
  Offset durable_end() const override { return durable_end_; }
  ByteCount size() const override;
  void find_timestamp(WallTime time, Offset upto, FoundTime found) override;
  void find_max_timestamp(Offset upto, FoundTime found) override;
  LeaderEpoch last_epoch() const override { return epochs_.last(); }
  EpochEnd end_of_epoch(LeaderEpoch epoch) const override { return epochs_.end_of(epoch, end()); }
  void begin_epoch(LeaderEpoch epoch) override;
  const record::ProducerTable& producers() const override { return producers_; }
  void truncate(Offset offset, LeaderEpoch epoch, Callback<void(Status)> done) override;
  void set_options(const LogOptions& options) override;
  void close(Callback<void(Status)> done) override;
  void remove(Millis delay, Callback<void(Status)> done) override;

 private:
  // A truncation first lets everything under way end (truncating), then the files belong to its job (cutting).
  enum class Phase : std::uint8_t { open, truncating, cutting, closing, removing, closed };
  bool cutting_back() const { return phase_ == Phase::truncating || phase_ == Phase::cutting; }
  bool may_write() const {
    return !broken_ && (!stalled_ || retrying_) &&
           (phase_ == Phase::open || phase_ == Phase::truncating || phase_ == Phase::closing);
  }

  // append.cc
  Status may_append(Bytes batches) const;
  AppendResult add(Buffer batches);
  bool must_roll(const Segment& active, std::uint64_t bytes, WallTime max_timestamp, Offset last) const;
  void roll();

  // write.cc
  void write_at_turn_end();
  void advance();  // begins every operation that can begin now
  void open_file(Segment& segment);
  void opened(Segment& segment, Result<std::shared_ptr<ports::File>> file);
  void sync_name(Segment& segment);
  void write(Segment& segment);
  void wrote(Segment& segment, const Reach& reach, Status status);
  void want_sync(Segment& segment);
  void sync(Segment& segment, Task finished);
  void update_durable_end();
  void write_epochs();
  void stall(bool stalled);
  void retry_when_there_is_space();
  void fail(const std::string& what, Error error);
  void settle();  // goes on with truncate, close or remove once nothing is under way any more
  bool idle() const;
  bool all_written() const;
  bool all_durable() const;

  // timestamps.cc
  bool may_look_up(FoundTime& found);

  // read.cc
  Result<std::uint64_t> locate(const Segment& segment, Offset offset);
  Result<std::uint64_t> last_boundary(const Segment& segment, std::uint64_t from, std::uint64_t limit);
  Result<std::uint64_t> range_end(const Segment& segment, std::uint64_t from, Offset upto, std::uint64_t room,
                                  bool whole);
  void add_range(const Segment& segment, std::uint64_t from, std::uint64_t to, ReadPlan& plan) const;

  // retire.cc
  void cut_when_unpinned(Offset offset, Callback<void(Status)> done);
  void drop_unwritten();
  void forget_behind(const CutPoint& point);
  void rename_away(Millis delay, Callback<void(Status)> done);

  // A function that does nothing once the log is gone.
  template <typename Fn>
  auto while_alive(Fn function) {
    return [alive = std::weak_ptr<bool>(alive_), function = std::move(function)](auto&&... arguments) mutable {
      if (!alive.expired()) function(std::forward<decltype(arguments)>(arguments)...);
    };
  }
  std::string path_of(const Segment& segment) const;
  Segment& active() { return *segments_.back(); }

  ports::Shard& shard_;
  GroupCommitter& committer_;
  std::string directory_;
  LogOptions options_;
  LogListener& listener_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  std::deque<std::unique_ptr<Segment>> segments_;  // ascending, at least one
  EpochTable epochs_;
  record::ProducerTable producers_;
  Offset durable_end_{0};
  std::uint64_t unwritten_bytes_ = 0;

  Phase phase_ = Phase::open;
  bool broken_ = false;
  bool stalled_ = false;   // the disk is full; a timer tries again
  bool retrying_ = false;  // this attempt may write although stalled
  bool retry_armed_ = false;
  bool write_scheduled_ = false;
  bool epochs_changed_ = false;
  std::size_t jobs_ = 0;  // background jobs and look-ups under way
  Task settled_;          // what waits for settle()
  struct Missing {        // where read() found that a header is not in memory
    std::shared_ptr<ports::File> file;
    std::uint64_t position = 0;
  } missing_;
};

}  // namespace millrace::log
