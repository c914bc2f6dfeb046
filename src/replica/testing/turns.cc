#include "replica/testing/turns.h"

#include <algorithm>

namespace millrace::replica::testing {

void Turns::run() {
  while (!turn_end_.empty()) {
    Task task = std::move(turn_end_.front());
    turn_end_.pop_front();
    task();
  }
}

void Turns::advance(Millis duration) {
  const MonoTime until = now_ + duration;
  run();
  while (!timers_.empty() && timers_.begin()->first.first <= until) {
    now_ = std::max(now_, timers_.begin()->first.first);
    Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
    run();
  }
  now_ = until;
}

ports::TimerId Turns::at(MonoTime when, Task task) {
  timers_.emplace(std::pair(when, ++last_timer_), std::move(task));
  return ports::TimerId(last_timer_);
}

void Turns::cancel(ports::TimerId timer) {
  std::erase_if(timers_, [&](const auto& entry) { return entry.first.second == timer.value(); });
}

bool Turns::request(ShardId, Task& message) {
  turn_end_.push_back(std::move(message));
  return true;
}

}  // namespace millrace::replica::testing
