#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "log/committer.h"
#include "log/epochs.h"
#include "log/partition_log.h"
#include "log/recovery.h"
#include "log/segment.h"
#include "log/side_files.h"

namespace millrace::log {

// The open log. One file per concern: append.cc adds and rolls, write.cc moves bytes to the disk, read.cc plans reads,
// timestamps.cc looks offsets up, scrub.cc checks what lies there, retention.cc gives up the beginning, retire.cc
// truncates, closes and removes.
//
// Three ends move forward one behind the other: appended (end()), written, durable. Each segment knows its own; the
// log's durable end is that of the first segment that is not wholly durable. A new segment's file is made only when all
// before it are durable (recovery relies on it), unless the log's options are not durable.
class LogImpl final : public PartitionLog {
 public:
  LogImpl(ports::Shard& shard, GroupCommitter& committer, std::string directory, Uuid topic_id,
          const LogOptions& options, LogListener& listener, const OpenHints& hints);
  ~LogImpl() override;

  // Takes over what recovery found and opens the files; `done` when all are open.
  void adopt(RecoveredLog recovered, Callback<void(Status)> done);

  Result<AppendResult> append(Buffer batches, LeaderEpoch epoch) override;
  Result<AppendResult> append_as_follower(Buffer batches) override;
  Result<ReadPlan> read(Offset from, Offset upto, std::uint64_t max_bytes, bool at_least_one) override;
  void when_readable(Task ready) override;
  Offset start() const override {
    const Offset first = std::max(start_, segments_.front()->base());
    return damage_ ? std::min(first, end()) : first;
  }
  Offset first_segment() const override { return segments_.front()->base(); }
  Offset end() const override { return segments_.back()->appended.next; }
  Offset durable_end() const override { return durable_end_; }
  ByteCount size() const override;
  void find_timestamp(WallTime time, Offset upto, FoundTime found) override;
  void find_max_timestamp(Offset upto, FoundTime found) override;
  LeaderEpoch last_epoch() const override { return epochs_.last(); }
  EpochEnd end_of_epoch(LeaderEpoch epoch) const override { return epochs_.end_of(epoch, end()); }
  void begin_epoch(LeaderEpoch epoch) override;
  const record::ProducerTable& producers() const override { return producers_.table(); }
  bool writable() const override { return !broken_; }
  const Damage* damage() const override { return damage_ ? &*damage_ : nullptr; }
  Offset recovery_point() const override;
  Offset first_unstable_offset(Offset committed) override {
    producers_.forget_below(committed);
    return producers_.first_unstable(committed);
  }
  std::vector<AbortedTransaction> aborted_transactions(Offset from, Offset upto) const override;
  void truncate(Offset offset, LeaderEpoch epoch, Callback<void(Status)> done) override;
  Status advance_start(Offset offset) override;
  void retain(Offset upto) override;
  void expire_producers(WallTime before) override { producers_.expire(before); }
  void flush_if_due() override;
  void scrub(std::uint64_t max_bytes, Callback<void(Scrubbed)> done) override;
  void set_options(const LogOptions& options) override;
  void close(Callback<void(Status)> done) override;
  void leave(Callback<void(Status)> done) override;
  void remove(Millis delay, Callback<void(Status)> done) override;
  void remove_left(const std::string& directory) override;

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
  void begin_age(Segment& segment);

  // write.cc
  void write_at_turn_end();
  void advance();  // begins every operation that can begin now
  void open_file(Segment& segment);
  void opened(Segment& segment, Result<std::shared_ptr<ports::File>> file);
  void taken_in(Segment& segment, Result<std::shared_ptr<ports::File>> file);
  void sync_name(Segment& segment);
  bool never_written() const;
  void write(Segment& segment);
  void wrote(Segment& segment, const Reach& reach, Status status);
  void want_sync(Segment& segment);
  void call_sync_waiters(Segment& segment);
  bool journaling() const;
  void put_into_journal(Segment& segment, const std::vector<Buffer>& pieces, const Reach& reach);
  void leave_witness();
  void write_back(Segment& segment);
  void settle_journal(Segment& segment, Task finished);
  void distrust_journal();
  void sync(Segment& segment, Task finished);
  void update_durable_end();
  void write_epochs();
  void stall(bool stalled);
  void retry_when_there_is_space();
  void fail(const std::string& what, Error error);
  void settle();  // goes on with truncate, close or remove once nothing is under way any more
  bool idle() const;
  bool all_written() const;
  bool all_synced() const;
  bool all_durable() const;

  // retention.cc
  void drop_below_start();
  bool too_old(const Segment& segment, WallTime now, bool& unknown) const;
  void ask_modified(const Segment& segment, Offset upto);
  bool must_flush(const Segment& segment) const;

  // timestamps.cc
  bool may_look_up(FoundTime& found);

  // note_down.cc
  void note_down();
  void note_down_active();
  bool finish(Segment& segment, const Segment& next);
  SideWrite side_write(Segment& segment, bool final) const;
  void finish_all(Callback<void(Status)> done);
  void publish_mark();
  Offset indexed_end() const;

  // read.cc
  void load_index_of(const Segment& segment, Task ready);
  Result<std::uint64_t> missing_index(const Segment& segment);
  Result<std::uint64_t> locate(Segment& segment, Offset offset);
  void distrust_index(Segment& segment);
  Result<std::uint64_t> last_boundary(Segment& segment, std::uint64_t from, std::uint64_t limit);
  Result<std::uint64_t> range_end(Segment& segment, std::uint64_t from, Offset upto, std::uint64_t room,
                                  bool whole);
  void add_range(const Segment& segment, std::uint64_t from, std::uint64_t to, ReadPlan& plan) const;

  // retire.cc
  void cut_when_unpinned(Offset offset, Callback<void(Status)> done);
  void drop_unwritten();
  void forget_behind(const CutPoint& point);
  void closed(Status status, Callback<void(Status)> done);
  void keep_pins();
  void cut_now(Offset offset, Callback<void(Status)> done);
  void take_mark_back(Offset offset, Callback<void(Status)> done);
  void disown(bool patient, Callback<void(Status)> done);
  void disowned(Status status, Callback<void(Status)> done);
  void disown_for_good(bool told, Task then);
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
  // Of segments that are open no more or were opened again: plans of then may still refer to the files.
  Remover::Readers former_pins_;
  EpochTable epochs_;
  ProducerState producers_;
  Offset durable_end_{0};
  Offset start_{0};  // where the first record that counts may be; below the first segment's base it says nothing
  std::uint64_t unwritten_bytes_ = 0;

  Phase phase_ = Phase::open;
  bool broken_ = false;
  std::optional<Damage> damage_;  // found at the opening (then broken_), or by a scrub
  struct ScrubPoint {             // where the next scrub begins
    Offset base;                  // of the segment, or of none any more
    std::uint64_t position = 0;
  } scrub_at_;
  bool stalled_ = false;   // the disk is full; a timer tries again
  bool retrying_ = false;  // this attempt may write although stalled
  bool retry_armed_ = false;
  bool write_scheduled_ = false;
  bool epochs_changed_ = false;
  // The last epoch has no record and is not in the file: recovery would drop it, as Kafka's does. Written with the
  // first record, so that a node that starts with thousands of logs does not sync a file of each.
  bool epoch_is_empty_ = false;
  bool epochs_failed_ = false;  // the last attempt to write them
  // The directory was made by this log, and its names are not durable yet: nothing is written, since records without a
  // partition.metadata are nobody's.
  bool fresh_ = false;
  std::int64_t unflushed_ = 0;      // records appended since the last sync was asked for; counted if not durable
  MonoTime flushed_at_{0};
  struct Modified {                 // when the file of a segment without timestamps was last written
    Offset base;
    WallTime at;
  };
  std::optional<Modified> modified_;
  std::size_t jobs_ = 0;  // background jobs and look-ups under way
  Task settled_;          // what waits for settle()
  struct Missing {        // where read() found that a header is not in memory
    std::shared_ptr<ports::File> file;
    std::uint64_t position = 0;
    Offset index_of = kNoOffset;  // or the segment whose index is not in memory
  } missing_;

  Uuid topic_id_;
  bool journaled_ = false;             // the journal of the log directory may be used
  enum class Witness : std::uint8_t { none, under_way, durable };
  Witness witness_ = Witness::none;  // kWitnessFile
  // False once what the journal holds is in its place for good, or is not wanted any more.
  std::shared_ptr<bool> journal_needed_ = std::make_shared<bool>(true);
  std::optional<MarkSlot> mark_slot_;  // where the durable mark is kept, if one is
  std::optional<std::size_t> floor_slot_;  // where the mark of the last truncation stands
  std::uint64_t mark_life_ = 1;
  Offset noted_base_ = kNoOffset;  // the segment of which noted_ speaks
  DurableMark::Files noted_;
  Offset snapshot_at_ = kNoOffset;        // the newest snapshot of the producers
  Offset loose_snapshot_ = kNoOffset;     // one that is not named after a segment: replaced by the next
};

}  // namespace millrace::log
