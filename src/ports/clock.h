#pragma once

#include "base/ids.h"

namespace millrace::ports {

// The two clocks of a shard. Both stand still within one turn of the loop, so that all decisions of a turn agree.
class Clock {
 public:
  virtual ~Clock() = default;
  // For durations and deadlines: never goes back.
  virtual MonoTime now() const = 0;
  // For timestamps that people and records see: may jump either way.
  virtual WallTime wall() const = 0;
  // The clock of now(), read at this moment, to measure how long something takes within a turn. Nothing may be decided
  // by it that has to be the same in every run.
  virtual MonoTime precise() const { return now(); }
};

}  // namespace millrace::ports
