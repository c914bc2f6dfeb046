#include <algorithm>
#include <utility>

#include "client/consumer/consumer.h"
#include "client/errors.h"

// Where each partition is read from: the committed position, else what auto.offset.reset says.
namespace millrace::client {

using State = AssignedPartition::State;

void ConsumerCore::settle_positions() {
  if (!started_ || closed_) return;
  std::vector<TopicPartition> without;
  std::map<TopicPartition, std::int64_t> resets;
  for (const auto& [key, partition] : partitions_.all()) {
    if (partition->asking) continue;
    if (partition->state == State::new_here && !options_.group_id) apply_reset(*partition);
    if (partition->state == State::new_here) without.push_back(key);
    if (partition->state == State::resetting) resets.emplace(key, partition->reset_to);
  }
  if (!without.empty()) ask_committed(std::move(without));
  if (!resets.empty()) ask_resets(std::move(resets));
}

void ConsumerCore::ask_committed(std::vector<TopicPartition> keys) {
  std::map<TopicPartition, std::uint64_t> turns;
  for (const auto& key : keys) {
    const AssignedPtr partition = partitions_.find(key);
    partition->asking = true;
    turns.emplace(key, partition->turn);
  }
  fetch_committed(cluster_, identity(), std::move(keys), options_.api_timeout,
                  alive_.guard([this, turns](Result<Offsets> found) {
                    for (const auto& [key, turn] : turns) {
                      const AssignedPtr partition = partitions_.find(key);
                      if (!partition || partition->turn != turn || partition->state != State::new_here) continue;
                      partition->asking = false;
                      if (!found) continue;
                      const auto at = found->find(key);
                      if (at == found->end()) {
                        apply_reset(*partition);
                      } else {
                        partition->move_to(Offset(at->second.offset),
                                           LeaderEpoch(at->second.leader_epoch.value_or(-1)));
                      }
                    }
                    if (!found) {
                      // A member's epoch may have gone on meanwhile, or its membership ended; it asks as what it is.
                      const bool overtaken = found.error().is(ErrorCode::stale_member_epoch) ||
                                             found.error().is(ErrorCode::unknown_member_id);
                      if (!overtaken) failures_.push_back(found.error());
                      answer_poll();
                      return try_later();
                    }
                    backoff_.reset();
                    positions_changed();
                  }));
}

void ConsumerCore::ask_resets(std::map<TopicPartition, std::int64_t> times) {
  std::map<TopicPartition, std::uint64_t> turns;
  for (const auto& [key, time] : times) {
    const AssignedPtr partition = partitions_.find(key);
    partition->asking = true;
    turns.emplace(key, partition->turn);
  }
  find_offsets(cluster_, std::move(times), options_.committed_only, options_.api_timeout,
               alive_.guard([this, turns](Result<FoundOffsets> found) {
                 for (const auto& [key, turn] : turns) {
                   const AssignedPtr partition = partitions_.find(key);
                   if (!partition || partition->turn != turn || partition->state != State::resetting) continue;
                   partition->asking = false;
                   if (!found) continue;
                   const OffsetAtTime& at = found->at(key);
                   if (at.offset < 0) {
                     partition->reset(kLatestTime);  // nothing is as young as was asked for
                   } else {
                     partition->move_to(Offset(at.offset), LeaderEpoch(at.leader_epoch.value_or(-1)));
                   }
                 }
                 if (!found) {
                   failures_.push_back(found.error());
                   answer_poll();
                   return try_later();
                 }
                 backoff_.reset();
                 positions_changed();
               }));
}

void ConsumerCore::try_later() {
  if (closed_) return;
  shard_.timers.cancel(retry_timer_);
  retry_timer_ = shard_.timers.at(shard_.clock.now() + backoff_.next(shard_.random), [this] { settle_positions(); });
}

void ConsumerCore::apply_reset(AssignedPartition& partition) {
  switch (options_.reset) {
    case Reset::earliest: return partition.reset(kEarliestTime);
    case Reset::latest: return partition.reset(kLatestTime);
    case Reset::by_duration: return partition.reset(shard_.clock.wall().value() - options_.reset_back.value());
    case Reset::none:
      ++partition.turn;
      partition.state = State::lost;
      partition.buffered = 0;
  }
}

void ConsumerCore::positions_changed() {
  if (closed_) return;
  settle_positions();
  tell_waiters();
  fetcher_.pump();
  answer_poll();
}

void ConsumerCore::on_fetched() { answer_poll(); }

void ConsumerCore::on_out_of_range(AssignedPartition& partition) {
  // What was read ahead is still good; the next fetch begins where the program will be then.
  if (partition.position < partition.next_fetch) {
    partition.next_fetch = partition.position;
    ++partition.turn;
    partition.buffered = 0;
    return;
  }
  apply_reset(partition);
  shard_.timers.at_turn_end(alive_.guard([this] { positions_changed(); }));
}

void ConsumerCore::position(const TopicPartition& key, Millis timeout, Callback<void(Result<std::int64_t>)> done) {
  started_ = true;
  const MonoTime deadline = shard_.clock.now() + timeout;
  waiters_.push_back({key, deadline, std::move(done)});
  settle_positions();
  shard_.timers.at_turn_end(alive_.guard([this] { tell_waiters(); }));
  shard_.timers.at(deadline, alive_.guard([this] { tell_waiters(); }));
}

void ConsumerCore::tell_waiters() {
  for (PositionWaiter& waiter : std::exchange(waiters_, {})) {
    const AssignedPtr partition = partitions_.find(waiter.key);
    if (closed_) {
      waiter.done(local_error(Cause::closed, "the consumer was closed"));
    } else if (const Status assigned = need({waiter.key}); !assigned) {
      waiter.done(assigned.error());
    } else if (partition->state == State::ready) {
      waiter.done(partition->position.value());
    } else if (partition->state == State::lost) {
      waiter.done(*first_lost());
    } else if (shard_.clock.now() >= waiter.deadline) {
      waiter.done(local_error(Cause::timed_out, "the position of " + waiter.key.topic + "-" +
                                                    std::to_string(waiter.key.partition) + " is not known yet" +
                                                    (cluster_.view()->serial == 0 ? ": " + cluster_.failures() : "")));
    } else {
      waiters_.push_back(std::move(waiter));
    }
  }
}

}  // namespace millrace::client
