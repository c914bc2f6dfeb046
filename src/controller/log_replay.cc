#include "controller/log_replay.h"

#include <utility>

#include "controller/gather.h"
#include "controller/limits.h"
#include "metadata/bootstrap.h"

namespace millrace::controller {
namespace {

using Outcome = Result<void, std::string>;
using Done = Callback<void(Result<std::unique_ptr<Replayed>, std::string>)>;

void note_control(const raft::Control& control, LeaderEpoch epoch, Replayed& into) {
  if (const auto* change = std::get_if<raft::LeaderChange>(&control)) into.metadata.set_leader(change->leader, epoch);
  if (const auto* version = std::get_if<raft::KRaftVersion>(&control)) {
    if (!into.membership) into.membership.emplace();
    into.membership->kraft_version = version->level;
    into.metadata.set_kraft_version(version->level);
  }
  if (const auto* voters = std::get_if<raft::VoterSet>(&control)) {
    if (!into.membership) into.membership.emplace();
    into.membership->voters = *voters;
  }
}

// Reads a log piece by piece; keeps itself alive until it is done.
class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(log::PartitionLog& log, Offset from, Replayed begin, Done done)
      : log_(log), next_(from), replayed_(std::make_unique<Replayed>(std::move(begin))), done_(std::move(done)) {}

  void read_on() {
    if (next_ >= log_.end()) return done_(std::move(replayed_));
    auto plan = log_.read(next_, log_.end(), kReplayReadBytes, true);
    if (!plan.ok() && plan.error() == Error::would_block) {
      return log_.when_readable([self = shared_from_this()] { self->read_on(); });
    }
    if (!plan.ok()) return fail(to_string(plan.error()));
    if (plan->pieces.empty()) return fail("the log ends before its end");
    gather(std::move(*plan), [self = shared_from_this()](Result<Buffer> bytes) {
      if (bytes.ok()) return self->apply(bytes->bytes());
      const bool shorter = bytes.error() == Error::truncated;
      self->fail(shorter ? "its file is shorter than it was" : to_string(bytes.error()));
    });
  }

 private:
  void fail(const std::string& why) {
    done_("the metadata log cannot be replayed at offset " + std::to_string(next_.value()) + ": " + why);
  }

  void apply(Bytes batches) {
    record::BatchWalk walk(batches);
    const Offset before = next_;
    while (walk.next()) {
      const Outcome outcome = replay_batch(walk.batch(), next_, *replayed_);
      if (!outcome.ok()) return done_(outcome.error());
      next_ = walk.batch().next_offset();
    }
    if (walk.error() != Error::none || next_ <= before) return fail("there is no whole batch");
    read_on();
  }

  log::PartitionLog& log_;
  Offset next_;
  std::unique_ptr<Replayed> replayed_;
  Done done_;
};

}  // namespace

Outcome replay_snapshot(Bytes file, LeaderEpoch epoch, Offset end, Replayed& into) {
  const auto checkpoint = metadata::parse_checkpoint(file);
  if (!checkpoint.ok()) return checkpoint.error();
  for (const Bytes value : checkpoint->records) {
    const Outcome outcome = into.metadata.replay(value, end + -1);
    if (!outcome.ok()) return outcome.error();
  }
  if (checkpoint->membership) {
    into.membership = checkpoint->membership;
    into.metadata.set_kraft_version(checkpoint->membership->kraft_version);
  }
  into.last_epoch = epoch;
  into.last_timestamp = checkpoint->last_contained;
  return {};
}

Outcome replay_batch(const record::BatchView& batch, Offset from, Replayed& into) {
  const std::string where = "the metadata batch at offset " + std::to_string(batch.base_offset().value());
  if (batch.magic() != 2 || !batch.crc_ok()) return where + " is damaged";
  record::Scratch scratch;
  auto reader = record::RecordReader::open(batch, scratch);
  if (!reader.ok()) return where + " is " + to_string(reader.error());
  for (record::Record record; reader->next(record);) {
    if (record.offset < from) continue;
    if (batch.is_control()) {
      const auto control = raft::parse_control(record);
      if (!control.ok()) return where + " has a control record that is " + to_string(control.error());
      note_control(*control, batch.leader_epoch(), into);
    } else if (!record.value) {
      return where + " has a record without a value";
    } else if (const Outcome outcome = into.metadata.replay(*record.value, record.offset); !outcome.ok()) {
      return outcome;
    }
  }
  if (!reader->status().ok()) return where + " has a damaged record";
  into.last_epoch = std::max(into.last_epoch, batch.leader_epoch());
  into.last_timestamp = batch.max_timestamp();
  into.bytes += batch.size();
  return {};
}

void replay_log(log::PartitionLog& log, Offset from, Replayed begin, Done done) {
  std::make_shared<Run>(log, from, std::move(begin), std::move(done))->read_on();
}

}  // namespace millrace::controller
