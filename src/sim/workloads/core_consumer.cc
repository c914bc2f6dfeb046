#include "sim/workloads/core_consumer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/pattern.h"
#include "sim/workloads/content.h"
#include "sim/workloads/core_options.h"

namespace millrace::sim {

using client::ErrorCode;

namespace {

constexpr Millis kLeaveTime{20'000};

PartitionName name_of(const client::TopicPartition& key) { return {key.topic, key.partition}; }

}  // namespace

CoreConsumer::CoreConsumer(ports::Shard& shard, Stage& stage, GroupReads& reads, Prng prng, Prng group,
                           std::uint32_t number)
    : shard_(shard), stage_(stage), reads_(reads), prng_(prng), group_(group), number_(number) {}

void CoreConsumer::start() {
  auto options = draw_consumer(prng_, group_);
  auto cluster = draw_cluster(prng_, stage_, fmt::format("core-consumer-{}", number_));
  cluster.request_timeout = options.request_timeout;
  // What knows nothing of a subscription's end (commits of explicit places) has to hear of rebalances.
  listening_ = prng_.one_in(2);
  core_ = std::make_unique<client::ConsumerCore>(shard_, std::move(cluster), std::move(options));
  subscribe();
  next();
}

void CoreConsumer::subscribe() {
  client::Status done;
  if (prng_.one_in(4)) {
    done = core_->subscribe(*::millrace::Pattern::compile("payments|clicks.*"), listening_);
  } else {
    std::vector<std::string> topics;
    for (const auto& topic : stage_.traffic.topics) topics.push_back(topic.name);
    done = core_->subscribe(std::move(topics), listening_);
  }
  if (!done) stage_.history.fail("subscribe: " + done.error().text());
}

void CoreConsumer::stop(Task stopped) {
  stopping_ = true;
  count_as_processed();
  core_->leave(kLeaveTime, client::GroupExit::usual, [this, stopped = std::move(stopped)](client::Status left) mutable {
    const bool overtaken = !left && left.error().is(ErrorCode::unknown_member_id);  // it has dawdled before
    if (stage_.calm && !left && !overtaken) {
      stage_.history.fail("nothing fails, and a consumer cannot leave: " + left.error().text());
    }
    core_->close();
    shard_.timers.at_turn_end(std::move(stopped));
  });
}

bool CoreConsumer::settled() const {
  const auto assigned = core_->assignment();
  return std::all_of(assigned.begin(), assigned.end(), [this](const auto& key) { return core_->lag(key) == 0; });
}

std::string CoreConsumer::describe() const {
  std::string text;
  for (const auto& key : core_->assignment()) {
    const auto at = at_.find(name_of(key));
    text += fmt::format("{}-{} at {} lag {}, ", key.topic, key.partition, at == at_.end() ? -1 : at->second,
                        core_->lag(key).value_or(-1));
  }
  return text + fmt::format("{} paused", core_->paused().size());
}

void CoreConsumer::next() {
  std::int64_t pause = static_cast<std::int64_t>(prng_.below(50));
  const bool dawdles = !stage_.calm && prng_.one_in(40);
  if (dawdles) pause = static_cast<std::int64_t>(prng_.below(8'000));  // too long, perhaps
  shard_.timers.at(shard_.clock.now() + Millis(pause), [this, dawdles] {
    if (stopping_) return;
    if (dawdles && !core_->options().auto_commit) commit_processed();  // the group may have gone on without it
    poll();
  });
}

void CoreConsumer::count_as_processed() {
  for (const auto& [partition, offset] : std::exchange(handed_, {})) reads_.processed(partition, offset);
}

void CoreConsumer::poll() {
  count_as_processed();
  const Millis timeout(static_cast<std::int64_t>(prng_.below(prng_.one_in(4) ? 3'000 : 300)));
  core_->poll(timeout, [this](client::Result<client::Polled> got) { polled(std::move(got)); });
}

void CoreConsumer::polled(client::Result<client::Polled> got) {
  if (stopping_) return;
  if (!got) {
    if (!bearable(got.error())) stage_.history.fail("poll: " + got.error().text());
    return next();
  }
  if (got->event) {
    hear(*got->event);
    core_->event_done();
    return poll();
  }
  take(got->records);
  act();
  next();
}

// What a program has to live with: a rebalance that came between, and whatever passes by itself.
bool CoreConsumer::bearable(const client::Error& why) {
  return why.retriable || why.is(ErrorCode::unknown_member_id) || why.is(ErrorCode::illegal_generation) ||
         why.is(ErrorCode::rebalance_in_progress) || why.is(client::Cause::timed_out) ||
         why.is(client::Cause::closed) || why.is(client::Cause::wrong_state);
}

void CoreConsumer::hear(const client::RebalanceEvent& event) {
  using Kind = client::RebalanceEvent::Kind;
  if (event.kind == Kind::revoked && prng_.one_in(2)) commit_places();
  for (const auto& key : event.partitions) at_.erase(name_of(key));
}

void CoreConsumer::take(const client::ConsumerRecords& records) {
  for (const auto& record : records) {
    const PartitionName partition{std::string(record.topic), record.partition};
    const auto id = record.key && record.value ? id_of_record(as_bytes(*record.key), as_bytes(*record.value))
                                               : std::nullopt;
    if (!id) {
      stage_.history.fail(fmt::format("{}-{}: the record at offset {} is none of ours", partition.topic,
                                      partition.index, record.offset));
      return;
    }
    stage_.history.consumed(partition, Offset(record.offset), *id);
    const auto [place, fresh] = at_.try_emplace(partition, record.offset);
    if (listening_ && !fresh && place->second != record.offset) {
      stage_.history.fail(fmt::format("{}-{}: offset {} was handed out where {} is next", partition.topic,
                                      partition.index, record.offset, place->second));
    }
    place->second = record.offset + 1;
    handed_.emplace_back(partition, record.offset);
  }
}

// Commits by number or by position.
void CoreConsumer::commit_processed() {
  count_as_processed();
  if (listening_ && prng_.one_in(2)) return commit_places();
  core_->commit(std::nullopt, Millis(static_cast<std::int64_t>(100 + prng_.below(5'000))), [this](client::Status done) {
    if (!done && !bearable(done.error())) stage_.history.fail("commit: " + done.error().text());
  });
}

// What programs do between polls.
void CoreConsumer::act() {
  if (!core_->options().auto_commit && prng_.one_in(3)) commit_processed();
  if (stage_.calm) {
    if (const auto paused = core_->paused(); !paused.empty()) std::ignore = core_->pause(paused, false);
    return;
  }
  if (prng_.one_in(10)) {
    const auto assigned = core_->assignment();
    if (!assigned.empty()) std::ignore = core_->pause({assigned[prng_.below(assigned.size())]}, prng_.one_in(2));
  }
  if (prng_.one_in(80)) {
    count_as_processed();
    at_.clear();
    core_->unsubscribe();
    subscribe();
  }
}

// Commits by number what was processed of the partitions that it has.
void CoreConsumer::commit_places() {
  client::Offsets offsets;
  for (const auto& key : core_->assignment()) {
    const auto at = at_.find(name_of(key));
    if (at != at_.end()) offsets[key].offset = at->second;
  }
  if (offsets.empty()) return;
  core_->commit(offsets, Millis(static_cast<std::int64_t>(100 + prng_.below(5'000))),
                [this, offsets](client::Status status) {
                  if (!status && !bearable(status.error())) stage_.history.fail("commit: " + status.error().text());
                  if (!status) return;
                  for (const auto& [key, position] : offsets) reads_.acknowledged(name_of(key), position.offset);
                });
}

}  // namespace millrace::sim
