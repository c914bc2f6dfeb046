#include "client/consumer/consumer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "client/arguments.h"
#include "client/errors.h"

namespace millrace::client {

using State = AssignedPartition::State;

namespace {

constexpr std::size_t kExpectedMore = 100;  // records of a poll beyond those of the last one

std::string text(const TopicPartition& key) { return key.topic + "-" + std::to_string(key.partition); }

}  // namespace

ConsumerCore::ConsumerCore(ports::Shard& shard, ClusterOptions cluster, ConsumerOptions options)
    : shard_(shard),
      options_(std::move(options)),
      cluster_(shard, std::move(cluster)),
      fetcher_(cluster_, options_, partitions_, *this),
      backoff_(options_.retry_backoff, options_.retry_backoff_max) {
  subscription_ = cluster_.subscribe(alive_.guard([this](const ClusterViewPtr&) {
    follow_view();
    if (started_) fetcher_.pump();
  }));
  refusals_ = cluster_.when_refused(alive_.guard([this](const Error& why) {
    if (failures_.empty()) failures_.push_back(why);
    answer_poll();
  }));
  if (cluster_.options().push_metrics) {
    reporter_ = std::make_unique<Reporter>(cluster_, [this] { return metrics(); });
  }
}

// What the standard of KIP-714 names of a consumer, as far as it is counted here.
std::vector<Metric> ConsumerCore::metrics() const {
  const std::string prefix = "org.apache.kafka.consumer.";
  const auto total = [&](const char* name, std::uint64_t value) {
    return Metric{prefix + name, static_cast<std::int64_t>(value), true};
  };
  return {total("fetch.manager.records.consumed.total", records_),
          total("fetch.manager.bytes.consumed.total", fetcher_.bytes()),
          total("fetch.manager.fetch.total", fetcher_.answers()),
          total("coordinator.commit.total", commits_done_),
          Metric{prefix + "coordinator.assigned.partitions", static_cast<std::int64_t>(partitions_.all().size()),
                 false}};
}

ConsumerCore::~ConsumerCore() {
  shard_.timers.cancel(poll_timer_);
  shard_.timers.cancel(retry_timer_);
}

Status ConsumerCore::assign(const std::vector<TopicPartition>& keys) {
  if (group_) {
    return local_error(Cause::wrong_state, "assign() beside a subscription, whose group assigns; unsubscribe first");
  }
  const std::set<TopicPartition> wanted(keys.begin(), keys.end());
  for (const auto& key : wanted) {
    if (Status usable = check_partition("assign()", key); !usable) return usable;
  }
  for (const auto& key : partitions_.keys()) {
    if (!wanted.contains(key)) remove(key);
  }
  for (const auto& key : wanted) {
    if (!partitions_.find(key)) add(key);
  }
  positions_changed();
  return {};
}

void ConsumerCore::add(const TopicPartition& key) {
  partitions_.add(key);
  if (topics_[key.topic]++ == 0) cluster_.track(key.topic);
}

void ConsumerCore::remove(const TopicPartition& key) {
  if (!partitions_.find(key)) return;
  partitions_.remove(key);
  const auto at = topics_.find(key.topic);
  if (--at->second > 0) return;
  cluster_.untrack(key.topic);
  topics_.erase(at);
}

Status ConsumerCore::need(const std::vector<TopicPartition>& keys) const {
  for (const auto& key : keys) {
    if (!partitions_.find(key)) {
      return local_error(Cause::wrong_state, text(key) + " is not assigned to this consumer now");
    }
  }
  return {};
}

Error ConsumerCore::no_group(const char* what) const {
  return local_error(Cause::invalid_config, std::string(what) + " needs a group: set group.id");
}

void ConsumerCore::poll(Millis timeout, Callback<void(Result<Polled>)> done) {
  const MonoTime now = shard_.clock.now();
  if (closed_ || polling_) {
    const Error why = closed_ ? local_error(Cause::closed, "the consumer was closed")
                              : local_error(Cause::wrong_state, "another poll of this consumer is under way");
    return shard_.timers.at_turn_end([why, done = std::move(done)]() mutable { done(why); });
  }
  started_ = true;
  polling_ = std::move(done);
  maybe_auto_commit();
  if (group_) {
    group_->polled(true);
    group_->drive(now);
  }
  settle_positions();
  poll_timer_ = shard_.timers.at(now + timeout, [this] {
    poll_timer_ = ports::TimerId(0);
    if (auto why = cluster_.out_of_reach(options_.api_timeout)) return finish_poll(*std::move(why));
    finish_poll(Polled{});
  });
  shard_.timers.at_turn_end(alive_.guard([this] {
    answer_poll();
    fetcher_.pump();
  }));
}

void ConsumerCore::wakeup() {
  woken_ = true;
  answer_poll();
}

// Ends the poll that waits, if there is something to tell.
void ConsumerCore::answer_poll() {
  if (!polling_ || closed_) return;
  if (std::exchange(woken_, false)) return finish_poll(local_error(Cause::cancelled, "wakeup() has ended the poll"));
  if (!failures_.empty()) {
    const Error failure = std::move(failures_.front());
    failures_.pop_front();
    return finish_poll(failure);
  }
  if (serve_events()) return;
  if (auto lost = first_lost()) return finish_poll(*std::move(lost));
  if (!fetcher_.has_something()) return;
  Polled polled;
  polled.records.reserve(std::min(options_.max_poll_records, last_polled_ + kExpectedMore));
  const Status taken = fetcher_.take(options_.max_poll_records, polled.records);
  if (!taken) return finish_poll(taken.error());
  if (polled.records.empty()) return fetcher_.pump();
  last_polled_ = polled.records.size();
  records_ += last_polled_;
  finish_poll(std::move(polled));
  fetcher_.pump();
}

void ConsumerCore::finish_poll(Result<Polled> result) {
  if (!polling_) return;
  shard_.timers.cancel(std::exchange(poll_timer_, ports::TimerId(0)));
  auto done = *std::exchange(polling_, std::nullopt);
  if (group_) group_->polled(false);
  done(std::move(result));
}

std::optional<Error> ConsumerCore::first_lost() const {
  for (const auto& [key, partition] : partitions_.all()) {
    if (partition->state != State::lost) continue;
    return local_error(Cause::wrong_state, text(key) + " has no position that its log still has, and auto.offset.reset "
                                                       "is none; seek it");
  }
  return std::nullopt;
}

Status ConsumerCore::seek(const TopicPartition& key, std::int64_t offset, std::optional<std::int32_t> leader_epoch) {
  if (offset < 0) return local_error(Cause::invalid_argument, "seek() to a negative offset");
  if (leader_epoch.value_or(0) < 0) return local_error(Cause::invalid_argument, "seek() with a negative leader epoch");
  if (Status assigned = need({key}); !assigned) return assigned;
  partitions_.find(key)->move_to(Offset(offset), LeaderEpoch(leader_epoch.value_or(-1)));
  positions_changed();
  return {};
}

Status ConsumerCore::seek_to_time(const std::vector<TopicPartition>& keys, std::int64_t time) {
  if (Status assigned = need(keys); !assigned) return assigned;
  for (const auto& key : keys) partitions_.find(key)->reset(time);
  positions_changed();
  return {};
}

Status ConsumerCore::pause(const std::vector<TopicPartition>& keys, bool paused) {
  if (Status assigned = need(keys); !assigned) return assigned;
  for (const auto& key : keys) partitions_.find(key)->paused = paused;
  positions_changed();
  return {};
}

std::vector<TopicPartition> ConsumerCore::paused() const {
  std::vector<TopicPartition> keys;
  for (const auto& [key, partition] : partitions_.all()) {
    if (partition->paused) keys.push_back(key);
  }
  return keys;
}

std::optional<std::int64_t> ConsumerCore::lag(const TopicPartition& key) const {
  const AssignedPtr partition = partitions_.find(key);
  if (!partition || partition->state != State::ready) return std::nullopt;
  const std::int64_t end = options_.committed_only ? partition->last_stable : partition->high_watermark;
  if (end < 0) return std::nullopt;
  return std::max<std::int64_t>(end - partition->position.value(), 0);
}

void ConsumerCore::committed(std::vector<TopicPartition> keys, Millis timeout, Callback<void(Result<Offsets>)> done) {
  if (!options_.group_id) {
    return shard_.timers.at_turn_end([why = no_group("committed()"), done = std::move(done)]() mutable { done(why); });
  }
  // Asked as nobody of the group's, which may ask at any time.
  fetch_committed(cluster_, {*options_.group_id, -1, "", std::nullopt}, std::move(keys), timeout, std::move(done));
}

Result<GroupIdentity> ConsumerCore::member() const {
  if (!options_.group_id) return no_group("group_metadata()");
  return identity();
}

void ConsumerCore::commit(std::optional<Offsets> offsets, Millis timeout, Callback<void(Status)> done) {
  if (!options_.group_id) {
    return shard_.timers.at_turn_end([why = no_group("commit()"), done = std::move(done)]() mutable { done(why); });
  }
  if (Status usable = offsets ? check_offsets("commit()", *offsets) : Status(); !usable) {
    return shard_.timers.at_turn_end([usable, done = std::move(done)]() mutable { done(usable); });
  }
  if (!offsets) offsets = positions();
  if (offsets->empty()) return shard_.timers.at_turn_end([done = std::move(done)]() mutable { done({}); });
  GroupIdentity who = identity();
  const bool outsider = group_ && who.generation < 0;
  if (outsider) shard_.faults.reach(ports::Probe::client_commit_refused);
  if (outsider && !shard_.faults.planted(ports::Planted::client_outsider_commits)) {
    // Without a generation it would be taken for somebody outside, whom an empty group lets commit anything.
    Error why = broker_error(protocol::Errc::unknown_member_id, "committing positions of group " + who.group_id);
    why.message += "; this consumer is no member of it now: it joins by poll()";
    return shard_.timers.at_turn_end([why = std::move(why), done = std::move(done)]() mutable { done(why); });
  }
  auto told = commit_observer_ ? *offsets : Offsets();
  done = [this, watch = alive_.watch(), told = std::move(told), done = std::move(done)](Status status) mutable {
    if (!watch.expired()) {
      commits_done_ += status.ok() ? 1 : 0;
      if (commit_observer_) commit_observer_(told, status);
    }
    done(std::move(status));
  };
  commits_.commit(std::move(who), *std::move(offsets), timeout, std::move(done));
}

Offsets ConsumerCore::positions() const {
  Offsets offsets;
  for (const auto& [key, partition] : partitions_.all()) {
    if (partition->state != State::ready) continue;
    OffsetAndMetadata& to = offsets[key];
    const bool unread = shard_.faults.planted(ports::Planted::client_commits_unread);
    to.offset = (unread ? partition->next_fetch : partition->position).value();
    if (partition->position_epoch != kNoEpoch) to.leader_epoch = partition->position_epoch.value();
  }
  return offsets;
}

GroupIdentity ConsumerCore::identity() const {
  if (group_) return group_->identity();
  return {*options_.group_id, -1, "", std::nullopt};
}

std::optional<GroupIdentity> ConsumerCore::renewed(const GroupIdentity& who, const Offsets& offsets) const {
  GroupIdentity now = identity();
  const bool kept = std::ranges::all_of(offsets,
                                        [this](const auto& one) { return partitions_.find(one.first) != nullptr; });
  if (!kept || now.member_id != who.member_id || now.generation <= who.generation) return std::nullopt;
  return now;
}

// All that was handed out before this poll is processed.
void ConsumerCore::maybe_auto_commit() {
  const MonoTime now = shard_.clock.now();
  if (!options_.auto_commit || now < next_auto_commit_ || !commits_.idle()) return;
  next_auto_commit_ = now + options_.auto_commit_interval;
  if (group_ && !group_->stable()) return;
  commit(std::nullopt, options_.request_timeout, [](Status) {});
}

void ConsumerCore::find(std::map<TopicPartition, std::int64_t> times, Millis timeout,
                        Callback<void(Result<FoundOffsets>)> done) {
  find_offsets(cluster_, std::move(times), options_.committed_only, timeout, std::move(done));
}

void ConsumerCore::leave(Millis timeout, GroupExit exit, Callback<void(Status)> done) {
  const MonoTime deadline = shard_.clock.now() + timeout;
  // Or a rebalance would have it join once more, and what it commits last would speak of an older generation.
  finish_poll(local_error(Cause::closed, "the consumer leaves its group"));
  auto part = alive_.guard([this, deadline, exit, done = std::move(done)](Status committed) mutable {
    if (!group_) return done(std::move(committed));
    const Millis left((deadline - shard_.clock.now()) / 1'000'000);
    group_->leave("the consumer is closed", exit, std::max(left, Millis(1)),
                  [committed = std::move(committed), done = std::move(done)](Status gone) mutable {
                    done(committed ? std::move(gone) : std::move(committed));
                  });
  });
  const bool member = !group_ || group_->stable();
  if (!options_.auto_commit || !member || timeout <= Millis(0)) return part(Status());
  commit(std::nullopt, timeout, std::move(part));
}

void ConsumerCore::close() {
  if (closed_) return;
  closed_ = true;
  fetcher_.close();
  subscription_.reset();
  if (reporter_) reporter_->end();
  finish_poll(local_error(Cause::closed, "the consumer was closed"));
  tell_waiters();
  group_.reset();
  cluster_.close();
}

}  // namespace millrace::client
