#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/ids.h"
#include "broker/placement.h"
#include "ports/timers.h"

namespace millrace::broker {

class Broker;

// What a shard does to its partitions from time to time: retention (log.retention.check.interval.ms), forgetting
// idempotent producers (producer.id.expiration.check.interval.ms), flushing logs that are not durable
// (log.flush.scheduler.interval.ms), and scrubbing: all batches are read, slowly, one partition after the other, and
// their checksums compared (millrace.log.scrub.bytes.per.second).
class Upkeep {
 public:
  explicit Upkeep(Broker& broker) : broker_(broker) {}
  ~Upkeep();

  // Begins; once, when the node's settings and partitions are known.
  void begin();
  void end();

 private:
  struct Duty {
    Millis interval{0};
    void (Upkeep::*run)() = nullptr;
    ports::TimerId timer{0};
  };
  void arm(Duty& duty, Millis delay);
  void retain();
  void expire_producers();
  void flush();
  void scrub();
  void scrub_more();
  std::optional<PartitionKey> after(const std::optional<PartitionKey>& key) const;

  Broker& broker_;
  Duty retention_;
  Duty producers_;
  Duty flush_;
  Duty scrub_;
  std::optional<PartitionKey> scrubbed_;  // the partition that is being gone through; none: a round ends
  std::optional<MonoTime> round_begun_;
  std::int64_t scrub_left_ = 0;  // bytes until the duty runs again
  std::uint64_t scrub_turn_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace millrace::broker
