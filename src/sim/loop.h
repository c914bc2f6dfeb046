#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "ports/clock.h"
#include "ports/timers.h"
#include "sim/run.h"

namespace millrace::sim {

// The loop of one shard in one life of its node: gathers inputs, and takes them in turns. Within a turn the clocks
// stand still, inputs come in order of arrival, then the timers that are due, then what was left for the turn's end.
class Loop final : public ports::Clock, public ports::Timers {
 public:
  // `wall_offset`: how far the node's wall clock is off, in milliseconds; must outlive the loop.
  Loop(Run& run, Place place, Owner owner, std::int64_t& wall_offset)
      : run_(run), place_(place), owner_(owner), wall_offset_(wall_offset) {}

  // An input that arrives now; a turn takes it soon. `a`, `b`: for the trace.
  void input(Kind kind, std::uint64_t a, std::uint64_t b, Task task);
  // The same at `when`.
  void input_at(MonoTime when, Kind kind, std::uint64_t a, std::uint64_t b, Task task);
  // Destroys everything that waits, without running it.
  void clear();

  MonoTime now() const override { return now_; }
  WallTime wall() const override;
  ports::TimerId at(MonoTime when, Task task) override;
  void cancel(ports::TimerId timer) override;
  void at_turn_end(Task task) override { at_end_.push_back(std::move(task)); }

  Run& run() { return run_; }
  Place place() const { return place_; }
  Owner owner() const { return owner_; }

 private:
  struct Input {
    Kind kind;
    std::uint64_t a;
    std::uint64_t b;
    Task task;
  };
  void schedule_turn();
  void turn();
  void run_timers();
  void arm();

  Run& run_;
  const Place place_;
  const Owner owner_;
  std::int64_t& wall_offset_;
  MonoTime now_{0};
  MonoTime busy_until_{0};
  MonoTime armed_{-1};  // when the earliest wake-up for timers comes; -1 none
  bool turn_scheduled_ = false;
  bool in_turn_ = false;
  std::vector<Input> ready_;
  std::vector<Task> at_end_;
  std::map<std::pair<MonoTime, std::uint64_t>, Task> timers_;
  std::map<std::uint64_t, MonoTime> timer_times_;
  std::uint64_t next_timer_ = 1;
};

}  // namespace millrace::sim
