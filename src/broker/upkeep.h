#pragma once

#include "base/ids.h"
#include "ports/timers.h"

namespace millrace::broker {

class Broker;

// What a shard does to its partitions from time to time: retention (log.retention.check.interval.ms), forgetting
// idempotent producers (producer.id.expiration.check.interval.ms), and flushing logs that are not durable
// (log.flush.scheduler.interval.ms).
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

  Broker& broker_;
  Duty retention_;
  Duty producers_;
  Duty flush_;
};

}  // namespace millrace::broker
