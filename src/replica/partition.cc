#include "replica/partition.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "record/batch.h"

namespace millrace::replica {

using AppendOutcome = Result<Appended, AppendError>;

// An append that came while the log had more than it can hold for the disk.
struct Partition::PutOff {
  Buffer batches;
  Acks acks = Acks::all;
  MonoTime deadline;
  AppendDone done;
};

struct Partition::State {
  struct AckWaiter {
    Acks acks = Acks::all;
    MonoTime deadline;
    Appended appended;
    AppendDone done;
  };

  std::unique_ptr<log::PartitionLog> log;
  bool leading = false;
  bool refusing = false;  // its log directory has failed
  LeaderEpoch epoch = kNoEpoch;
  std::vector<NodeId> isr;
  std::int32_t min_isr = 1;
  Offset high_watermark{0};
  // What each other replica is known to have on its disk; this node's own end is the log's.
  std::map<NodeId, Offset> others;

  std::deque<PutOff> put_off;

  // Both by the offset that has to be passed: the record after the last one waited for.
  std::multimap<Offset, AckWaiter> acks;
  std::multimap<Offset, Callback<void(bool)>> commits;
  std::map<WaitId, Task> readers;
  WaitId last_wait = 0;
  ports::TimerId deadline_timer{0};
  MonoTime deadline_armed;
  // Timers and tasks of a turn outlive the partition: they ask this before they touch it.
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

Partition::Partition(ports::Shard& shard, NodeId self, Identity identity)
    : shard_(shard), self_(self), identity_(std::move(identity)), state_(std::make_unique<State>()) {}

Partition::~Partition() {
  *state_->alive = false;
  shard_.timers.cancel(state_->deadline_timer);
}

void Partition::set_log(std::unique_ptr<log::PartitionLog> log, Offset high_watermark) {
  MR_ASSERT(log != nullptr && state_->log == nullptr);
  state_->log = std::move(log);
  state_->high_watermark = std::max(state_->log->start(), std::min(high_watermark, state_->log->durable_end()));
}

log::PartitionLog& Partition::log() {
  MR_ASSERT(state_->log != nullptr);
  return *state_->log;
}

void Partition::refuse_appends() {
  state_->refusing = true;
  retry_put_off();
}

bool Partition::is_leader() const { return state_->leading; }
LeaderEpoch Partition::leader_epoch() const { return state_->epoch; }
Offset Partition::log_start() const { return state_->log->start(); }
Offset Partition::log_end() const { return state_->log->end(); }
Offset Partition::high_watermark() const { return state_->high_watermark; }
Offset Partition::last_stable_offset() const {
  const Offset unstable = state_->log->first_unstable_offset(state_->high_watermark);
  return unstable == kNoOffset ? state_->high_watermark : std::min(unstable, state_->high_watermark);
}

void Partition::later(Task task) { shard_.timers.at_turn_end(std::move(task)); }

void Partition::lead(LeaderEpoch epoch, std::vector<NodeId> replicas, std::vector<NodeId> isr, std::int32_t min_isr) {
  State& s = *state_;
  MR_ASSERT(s.log != nullptr);
  if (s.epoch > epoch) return;
  const bool begins = !s.leading || s.epoch < epoch;
  s.isr = std::move(isr);
  // A topic with fewer replicas than that can be written all the same.
  s.min_isr = std::min(min_isr, static_cast<std::int32_t>(replicas.size()));
  if (begins) {
    s.leading = true;
    s.epoch = epoch;
    s.others.clear();
    for (const NodeId node : replicas) {
      if (node != self_) s.others.emplace(node, kNoOffset);
    }
    s.log->begin_epoch(epoch);
    wake_readers();
  }
  advance();
}

void Partition::resign(LeaderEpoch epoch) {
  State& s = *state_;
  if (s.epoch > epoch) return;
  s.epoch = epoch;
  if (!s.leading) return;
  s.leading = false;
  retry_put_off();
  for (auto& [offset, waiter] : std::exchange(s.acks, {})) {
    later([done = std::move(waiter.done)]() mutable { done(AppendError::not_leader); });
  }
  for (auto& [offset, task] : std::exchange(s.commits, {})) {
    later([task = std::move(task)]() mutable { task(false); });
  }
  wake_readers();
}

void Partition::append(Buffer batches, Acks acks, MonoTime deadline, AppendDone done) {
  State& s = *state_;
  if (s.put_off.empty()) {
    PutOff append{std::move(batches), acks, deadline, std::move(done)};
    if (try_append(append)) return;
    shard_.faults.reach(ports::Probe::replica_append_put_off);
    s.put_off.push_back(std::move(append));
  } else {
    s.put_off.push_back({std::move(batches), acks, deadline, std::move(done)});
  }
  arm_deadline(deadline);
}

// False if the log takes nothing now: nothing has happened, and the append is still whole.
bool Partition::try_append(PutOff& append) {
  State& s = *state_;
  const auto refuse = [&](AppendError error) {
    later([error, done = std::move(append.done)]() mutable { done(error); });
    return true;
  };
  if (!s.leading) return refuse(AppendError::not_leader);
  if (s.refusing) return refuse(AppendError::storage);
  if (append.acks == Acks::all && s.isr.size() < static_cast<std::size_t>(std::max(s.min_isr, 1))) {
    return refuse(AppendError::not_enough_replicas);
  }
  Appended appended;
  switch (judge(append.batches.bytes(), appended)) {
    case record::SequenceVerdict::in_order: {
      // Something under way will call again.
      const bool busy = s.log->durable_end() < s.log->end();
      if (busy && shard_.faults.strike(ports::FaultPoint::append_backlog)) return false;
      auto result = s.log->append(append.batches, s.epoch);
      if (!result && result.error() == Error::would_block) return false;
      if (!result) return refuse(result.error() == Error::too_large ? AppendError::too_large : AppendError::storage);
      appended = {result->base_offset, result->last_offset, s.log->start(), false};
      traffic_.messages_in += static_cast<std::uint64_t>(result->last_offset - result->base_offset) + 1;
      traffic_.bytes_in += append.batches.size();
      break;
    }
    case record::SequenceVerdict::duplicate:
      if (!passed(append.acks, appended.last_offset + 1)) {
        shard_.faults.reach(ports::Probe::replica_duplicate_waits);
        if (shard_.faults.planted(ports::Planted::duplicate_not_awaited)) append.acks = Acks::none;
      }
      break;
    case record::SequenceVerdict::out_of_order: return refuse(AppendError::out_of_order_sequence);
    case record::SequenceVerdict::stale_epoch: return refuse(AppendError::stale_producer_epoch);
  }
  if (append.acks == Acks::none || passed(append.acks, appended.last_offset + 1)) {
    later([appended, done = std::move(append.done)]() mutable { done(appended); });
    return true;
  }
  s.acks.emplace(appended.last_offset + 1,
                 State::AckWaiter{append.acks, append.deadline, appended, std::move(append.done)});
  arm_deadline(append.deadline);
  return true;
}

// In the order in which they came, as far as the log takes them.
void Partition::retry_put_off() {
  State& s = *state_;
  while (!s.put_off.empty() && try_append(s.put_off.front())) s.put_off.pop_front();
}

// Only the first batch decides: a producer's request carries one batch per partition, and a coordinator's writes have
// no sequences.
record::SequenceVerdict Partition::judge(Bytes batches, Appended& duplicate) const {
  const auto batch = record::BatchView::parse(batches);
  if (!batch || !batch->has_producer() || batch->base_sequence() < 0) {
    return record::SequenceVerdict::in_order;
  }
  const auto check = state_->log->producers().check(batch->producer_id(), batch->producer_epoch(),
                                                    batch->base_sequence(), batch->last_sequence());
  if (check.verdict == record::SequenceVerdict::duplicate) {
    const auto& old = check.duplicate_of;
    duplicate = {old.last_offset - old.offset_delta, old.last_offset, state_->log->start(), true};
  }
  return check.verdict;
}

bool Partition::passed(Acks acks, Offset end) const {
  if (shard_.faults.planted(ports::Planted::acknowledge_before_sync)) return true;
  return (acks == Acks::all ? state_->high_watermark : state_->log->durable_end()) >= end;
}

void Partition::when_committed(Offset offset, Callback<void(bool)> task) {
  State& s = *state_;
  if (!s.leading) return later([task = std::move(task)]() mutable { task(false); });
  if (s.high_watermark >= offset) return later([task = std::move(task)]() mutable { task(true); });
  s.commits.emplace(offset, std::move(task));
}

Partition::WaitId Partition::wait_for_change(Task wake) {
  State& s = *state_;
  s.readers.emplace(++s.last_wait, std::move(wake));
  return s.last_wait;
}

void Partition::cancel_wait(WaitId wait) { state_->readers.erase(wait); }

// The waiters stay listed until their turn comes, so that one which is cancelled in the meantime is not called.
void Partition::wake_readers() {
  State& s = *state_;
  if (s.readers.empty() || shard_.faults.planted(ports::Planted::fetch_wakeup_lost)) return;
  shard_.faults.reach(ports::Probe::replica_readers_woken);
  later([this, upto = s.last_wait, alive = s.alive] {
    while (*alive && !state_->readers.empty() && state_->readers.begin()->first <= upto) {
      Task wake = std::move(state_->readers.begin()->second);
      state_->readers.erase(state_->readers.begin());
      wake();
    }
  });
}

void Partition::on_durable(Offset) {
  if (state_->log == nullptr) return;
  retry_put_off();
  advance();
}

// Moves the high watermark to what every replica in sync has on its disk, and answers those whom that satisfies.
void Partition::advance() {
  State& s = *state_;
  if (!s.leading) return;
  Offset everywhere = s.log->durable_end();
  if (shard_.faults.planted(ports::Planted::high_watermark_not_durable)) everywhere = s.log->end();
  for (const NodeId node : s.isr) {
    const auto other = s.others.find(node);
    if (other != s.others.end()) everywhere = std::min(everywhere, other->second);
  }
  const bool moved = everywhere > s.high_watermark;
  if (moved) s.high_watermark = everywhere;
  answer_passed();
  if (!moved) return;
  while (!s.commits.empty() && s.commits.begin()->first <= s.high_watermark) {
    later([task = std::move(s.commits.begin()->second)]() mutable { task(true); });
    s.commits.erase(s.commits.begin());
  }
  wake_readers();
}

void Partition::answer_passed() {
  State& s = *state_;
  const Offset furthest = std::max(s.high_watermark, s.log->durable_end());
  for (auto at = s.acks.begin(); at != s.acks.end() && at->first <= furthest;) {
    if (!passed(at->second.acks, at->first)) {
      ++at;
      continue;
    }
    const auto next = std::next(at);
    if (next != s.acks.end() && shard_.faults.planted(ports::Planted::answers_swapped)) {
      std::swap(at->second.appended, next->second.appended);
    }
    later([appended = at->second.appended, done = std::move(at->second.done)]() mutable { done(appended); });
    at = s.acks.erase(at);
  }
}

void Partition::on_broken() {
  State& s = *state_;
  if (s.log == nullptr) return;
  retry_put_off();
  fail_not_durable();
  const Offset durable = s.log->durable_end();
  for (auto at = s.commits.upper_bound(durable); at != s.commits.end(); at = s.commits.erase(at)) {
    later([task = std::move(at->second)]() mutable { task(false); });
  }
}

// A full disk: what was appended stays, and becomes durable when there is space, but nobody is made to wait for that. A
// producer that sends a batch again then is recognised.
void Partition::on_stalled(bool stalled) {
  if (state_->log == nullptr) return;
  retry_put_off();
  if (stalled) fail_not_durable();
}

void Partition::fail_not_durable() {
  State& s = *state_;
  for (auto at = s.acks.upper_bound(s.log->durable_end()); at != s.acks.end(); at = s.acks.erase(at)) {
    later([done = std::move(at->second.done)]() mutable { done(AppendError::storage); });
  }
}

// One timer serves all who wait: it is set for the earliest deadline, and when it fires for the earliest that is left.
void Partition::arm_deadline(MonoTime when) {
  State& s = *state_;
  if (s.deadline_timer != ports::TimerId(0)) {
    if (s.deadline_armed <= when) return;
    shard_.timers.cancel(s.deadline_timer);
  }
  s.deadline_armed = when;
  s.deadline_timer = shard_.timers.at(when, [this] {
    state_->deadline_timer = ports::TimerId(0);
    expire();
  });
}

void Partition::expire() {
  State& s = *state_;
  const MonoTime now = shard_.clock.now();
  std::optional<MonoTime> next;
  for (auto at = s.put_off.begin(); at != s.put_off.end();) {
    if (at->deadline <= now) {
      later([done = std::move(at->done)]() mutable { done(AppendError::timed_out); });
      at = s.put_off.erase(at);
    } else {
      next = next ? std::min(*next, at->deadline) : at->deadline;
      ++at;
    }
  }
  for (auto at = s.acks.begin(); at != s.acks.end();) {
    if (at->second.deadline <= now) {
      later([done = std::move(at->second.done)]() mutable { done(AppendError::timed_out); });
      at = s.acks.erase(at);
    } else {
      next = next ? std::min(*next, at->second.deadline) : at->second.deadline;
      ++at;
    }
  }
  if (next) arm_deadline(*next);
}

}  // namespace millrace::replica
