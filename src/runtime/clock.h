#pragma once

#include "base/ids.h"
#include "ports/clock.h"

namespace millrace::runtime {

// The system's clocks as they stood at the last sample(), which the loop takes once per turn.
class TurnClock final : public ports::Clock {
 public:
  TurnClock() { sample(); }
  MonoTime now() const override { return now_; }
  WallTime wall() const override { return wall_; }
  MonoTime precise() const override { return read(); }
  void sample();
  // The monotonic clock right now, for how long to sleep.
  static MonoTime read();

 private:
  MonoTime now_;
  WallTime wall_;
};

}  // namespace millrace::runtime
