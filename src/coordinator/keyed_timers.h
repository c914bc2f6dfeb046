#pragma once

#include <map>
#include <utility>

#include "base/callback.h"
#include "base/ids.h"
#include "ports/clock.h"
#include "ports/timers.h"

namespace millrace::coordinator {

// Timers with names: to set one again replaces it. All of them end with this object.
template <typename Key>
class KeyedTimers {
 public:
  KeyedTimers(ports::Clock& clock, ports::Timers& timers) : clock_(clock), timers_(timers) {}
  ~KeyedTimers() { clear(); }
  KeyedTimers(const KeyedTimers&) = delete;
  KeyedTimers& operator=(const KeyedTimers&) = delete;

  // Calls `task` once after `delay`, instead of what was set for `key` before.
  void set(const Key& key, Millis delay, Task task) {
    cancel(key);
    set_[key] = timers_.at(clock_.now() + delay, [this, key, task = std::move(task)]() mutable {
      set_.erase(key);
      task();
    });
  }
  void cancel(const Key& key) {
    const auto found = set_.find(key);
    if (found == set_.end()) return;
    timers_.cancel(found->second);
    set_.erase(found);
  }
  bool is_set(const Key& key) const { return set_.contains(key); }
  void clear() {
    for (const auto& [key, timer] : set_) timers_.cancel(timer);
    set_.clear();
  }

 private:
  ports::Clock& clock_;
  ports::Timers& timers_;
  std::map<Key, ports::TimerId> set_;
};

}  // namespace millrace::coordinator
