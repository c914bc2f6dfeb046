#include "coordinator/testing/turns.h"

namespace millrace::coordinator::testing {

ports::TimerId Turns::at(MonoTime when, Task task) {
  const std::uint64_t id = next_id_++;
  timers_.emplace(std::pair(when, id), std::move(task));
  return ports::TimerId(id);
}

void Turns::cancel(ports::TimerId timer) {
  for (auto at = timers_.begin(); at != timers_.end(); ++at) {
    if (at->first.second == timer.value()) {
      timers_.erase(at);
      return;
    }
  }
}

void Turns::end_turn() {
  while (!turn_end_.empty()) {
    Task task = std::move(turn_end_.front());
    turn_end_.pop_front();
    task();
  }
}

void Turns::run() {
  end_turn();
  for (;;) {
    if (!timers_.empty() && timers_.begin()->first.first <= now_) {
      Task task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
    } else if (!inputs_.empty()) {
      Task task = std::move(inputs_.front());
      inputs_.pop_front();
      task();
    } else {
      return;
    }
    end_turn();
  }
}

void Turns::advance(Millis duration) {
  const MonoTime until = now_ + duration;
  run();
  while (!timers_.empty() && timers_.begin()->first.first <= until) {
    now_ = timers_.begin()->first.first;
    run();
  }
  now_ = until;
  run();
}

}  // namespace millrace::coordinator::testing
