#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ports/timers.h"

namespace millrace::runtime {

// The timers of one shard: a heap of slots, so that setting and cancelling cost log n without allocation in the steady
// state.
class TimerHeap final : public ports::Timers {
 public:
  ports::TimerId at(MonoTime when, Task task) override;
  void cancel(ports::TimerId timer) override;
  void at_turn_end(Task task) override { turn_end_.push_back(std::move(task)); }

  // Runs what is due at `now`, in order of time, then of creation. A timer set meanwhile waits for the next turn even
  // if it is due, so a timer that sets itself again cannot hold the loop.
  void run_due(MonoTime now);
  // Runs the tasks of at_turn_end, with those that they add.
  void run_turn_end();
  bool turn_end_pending() const { return !turn_end_.empty(); }

  bool empty() const { return heap_.empty(); }
  // When the next timer is due. Precondition: !empty().
  MonoTime next() const { return slots_[heap_.front()].when; }
  // Destroys every task without calling it.
  void clear();

 private:
  static constexpr std::uint32_t kNowhere = 0xffffffff;
  struct Slot {
    MonoTime when;
    std::uint64_t order = 0;       // of creation
    std::uint32_t place = kNowhere;  // in heap_
    std::uint32_t generation = 1;  // told apart from the timers that had this slot before
    Task task;
  };

  bool before(std::uint32_t a, std::uint32_t b) const;
  void put(std::uint32_t slot, std::size_t place);
  void rise(std::size_t place);
  void sink(std::size_t place);
  Task release(std::uint32_t slot);

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> heap_;  // slots, the earliest first
  std::vector<Task> turn_end_;
  std::uint64_t created_ = 0;
  bool running_ = false;  // inside run_due(running_now_)
  MonoTime running_now_;
};

}  // namespace millrace::runtime
