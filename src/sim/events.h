#pragma once

#include <cstdint>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "base/prng.h"

namespace millrace::sim {

// Who an event belongs to: one life of one node, from start to end. 0 is the world itself.
using Owner = Id<struct OwnerTag, std::uint32_t>;
inline constexpr Owner kWorld{0};

// What will happen, in order of time; what falls on the same nanosecond happens in seeded order. The virtual clock is
// the time of the last event taken.
class EventQueue {
 public:
  explicit EventQueue(Prng ties) : ties_(ties) {}

  MonoTime now() const { return now_; }
  // Adds an event at `when`, or now if that has passed.
  void at(MonoTime when, Owner owner, Task task);
  // Destroys every event of `owner` without running it.
  void drop(Owner owner);
  // Takes the next event and runs it. False if there is none at or before `limit`; the clock is then at `limit`.
  bool run_one(MonoTime limit);
  bool empty() const { return heap_.empty(); }

 private:
  struct Event {
    MonoTime when;
    std::uint64_t tie;
    std::uint64_t sequence;
    Owner owner;
    Task task;
  };
  static bool later(const Event& a, const Event& b);

  Prng ties_;
  MonoTime now_{0};
  std::uint64_t sequence_ = 0;
  std::vector<Event> heap_;
};

}  // namespace millrace::sim
