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

}  // namespace

Upkeep::~Upkeep() { end(); }

void Upkeep::begin() {
  const config::ServerConfig& config = broker_.config();
  retention_ = {config.topics.retention_check_interval, &Upkeep::retain, ports::TimerId(0)};
  producers_ = {millis_of(config, "producer.id.expiration.check.interval.ms", 600'000), &Upkeep::expire_producers,
                ports::TimerId(0)};
  flush_ = {millis_of(config, "log.flush.scheduler.interval.ms", INT64_MAX), &Upkeep::flush, ports::TimerId(0)};
  arm(retention_, kUpkeepDelay);
  arm(producers_, producers_.interval);
  arm(flush_, flush_.interval);
}

void Upkeep::end() {
  for (Duty* duty : {&retention_, &producers_, &flush_}) {
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

void Upkeep::flush() {
  broker_.partitions().each([](replica::Partition& partition) { partition.log().flush_if_due(); });
}

}  // namespace millrace::broker
