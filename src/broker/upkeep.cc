#include "broker/upkeep.h"

#include <algorithm>

#include "broker/broker.h"
#include "broker/limits.h"

namespace millrace::broker {
namespace {

Millis millis_of(const config::ServerConfig& config, std::string_view name, std::int64_t fallback) {
  const auto value = config.value(name);
  const auto* found = std::get_if<std::int64_t>(&value);
  return Millis(found != nullptr ? *found : fallback);
}

// Bytes a second of one shard.
std::int64_t scrub_rate(const config::ServerConfig& config) {
  return millis_of(config, "millrace.log.scrub.bytes.per.second", 0).value();
}

PartitionKey key_of(const replica::Partition& partition) {
  return {partition.identity().topic_id, partition.identity().index};
}

}  // namespace

Upkeep::~Upkeep() { end(); }

void Upkeep::begin() {
  const config::ServerConfig& config = broker_.config();
  retention_ = {config.topics.retention_check_interval, &Upkeep::retain, ports::TimerId(0)};
  producers_ = {millis_of(config, "producer.id.expiration.check.interval.ms", 600'000), &Upkeep::expire_producers,
                ports::TimerId(0)};
  flush_ = {millis_of(config, "log.flush.scheduler.interval.ms", INT64_MAX), &Upkeep::flush, ports::TimerId(0)};
  scrub_ = {kScrubInterval, &Upkeep::scrub, ports::TimerId(0)};
  arm(retention_, millis_of(config, "log.initial.task.delay.ms", 30'000));
  arm(producers_, producers_.interval);
  arm(flush_, flush_.interval);
  if (scrub_rate(config) > 0) arm(scrub_, scrub_.interval);
}

void Upkeep::end() {
  for (Duty* duty : {&retention_, &producers_, &flush_, &scrub_}) {
    broker_.shard().timers.cancel(duty->timer);
    duty->timer = ports::TimerId(0);
  }
}

// An interval that no clock reaches means never.
void Upkeep::arm(Duty& duty, Millis delay) {
  if (delay > kLongestTimer) return;
  auto& shard = broker_.shard();
  duty.timer = shard.timers.at(shard.clock.now() + delay, [this, &duty] {
    duty.timer = ports::TimerId(0);
    (this->*duty.run)();
    arm(duty, std::max(duty.interval, Millis(1)));
  });
}

void Upkeep::retain() {
  broker_.partitions().each([](replica::Partition& partition) {
    partition.log().retain(partition.high_watermark());
  });
}

void Upkeep::expire_producers() {
  const WallTime now = broker_.shard().clock.wall();
  broker_.partitions().each([&](replica::Partition& partition) {
    const Millis age = broker_.rules().of(partition.identity().topic).log.producer_expiry;
    partition.log().expire_producers(WallTime(now.value() - age.value() + 1));
  });
}

// What a round began with is gone through at most once a day, however little it is.
void Upkeep::scrub() {
  const MonoTime now = broker_.shard().clock.now();
  if (!scrubbed_) {
    if (round_begun_ && now < *round_begun_ + kScrubRound) return;
    round_begun_ = now;
    scrubbed_ = after(std::nullopt);
  }
  scrub_left_ = scrub_rate(broker_.config()) * kScrubInterval.value() / 1000;
  ++scrub_turn_;
  scrub_more();
}

// The next piece of the partition at hand, or of the next one.
void Upkeep::scrub_more() {
  if (!scrubbed_ || scrub_left_ <= 0) return;
  replica::Partition* at_hand = nullptr;
  broker_.partitions().each([&](replica::Partition& partition) {
    if (key_of(partition) == *scrubbed_) at_hand = &partition;
  });
  if (at_hand == nullptr) {
    scrubbed_ = after(scrubbed_);
    return;
  }
  // A log that goes meanwhile does not answer: the next turn begins anew.
  at_hand->log().scrub(kScrubPiece, [this, turn = scrub_turn_, alive = std::weak_ptr<bool>(alive_)](
                                        log::Scrubbed done) {
    if (alive.expired() || turn != scrub_turn_) return;
    scrub_left_ -= std::max<std::int64_t>(static_cast<std::int64_t>(done.bytes), kScrubLeast);
    if (done.whole) scrubbed_ = after(scrubbed_);
    scrub_more();
  });
}

// The partition whose key follows; none behind the last.
std::optional<PartitionKey> Upkeep::after(const std::optional<PartitionKey>& key) const {
  std::optional<PartitionKey> next;
  broker_.partitions().each([&](replica::Partition& partition) {
    const PartitionKey candidate = key_of(partition);
    if ((!key || candidate > *key) && (!next || candidate < *next)) next = candidate;
  });
  return next;
}

void Upkeep::flush() {
  broker_.partitions().each([](replica::Partition& partition) { partition.log().flush_if_due(); });
}

}  // namespace millrace::broker
