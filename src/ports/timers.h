#pragma once

#include <cstdint>

#include "base/callback.h"
#include "base/ids.h"

namespace millrace::ports {

using TimerId = Id<struct TimerIdTag, std::uint64_t>;  // 0 is no timer

// Later calls on the same shard.
class Timers {
 public:
  virtual ~Timers() = default;
  // Calls `task` once, at or soon after `when`. Timers that are due in the same turn run in order of `when`, then of
  // their creation.
  virtual TimerId at(MonoTime when, Task task) = 0;
  // The task will not be called and is destroyed. A timer that has run, or was cancelled, is ignored.
  virtual void cancel(TimerId timer) = 0;
  // Calls `task` once at the end of the present turn, after every input of the turn: where work of a turn is gathered
  // into one write or one commit. Tasks added by such a task run in the same round, in order.
  virtual void at_turn_end(Task task) = 0;
};

}  // namespace millrace::ports
