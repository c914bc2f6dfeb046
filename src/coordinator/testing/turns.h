#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ports/clock.h"
#include "ports/logger.h"
#include "ports/random.h"
#include "ports/timers.h"

namespace millrace::coordinator::testing {

// A shard's loop in a test's hand: clock, timers, and calls that were promised for later. Nothing happens until the
// test says so.
class Turns final : public ports::Clock, public ports::Timers {
 public:
  static constexpr WallTime kStart{1'700'000'000'000};

  MonoTime now() const override { return now_; }
  WallTime wall() const override { return kStart + now_.value() / 1'000'000; }

  ports::TimerId at(MonoTime when, Task task) override;
  void cancel(ports::TimerId timer) override;
  void at_turn_end(Task task) override { turn_end_.push_back(std::move(task)); }
  // A completion from outside: the next turn's input.
  void post(Task task) { inputs_.push_back(std::move(task)); }

  // Turns until nothing is left to do at this moment.
  void run();
  // Moves the clock on, through every timer that is due on the way.
  void advance(Millis duration);

 private:
  void end_turn();

  MonoTime now_{1'000'000'000};
  std::uint64_t next_id_ = 1;
  std::map<std::pair<MonoTime, std::uint64_t>, Task> timers_;
  std::deque<Task> inputs_;
  std::deque<Task> turn_end_;
};

// Counts up, so that ids in traces stay the same.
class CountingRandom final : public ports::Random {
 public:
  std::uint64_t next() override { return ++last_; }
  std::uint64_t secure() override { return ++last_; }

 private:
  std::uint64_t last_ = 0;
};

// Keeps what was logged.
class KeptLog final : public ports::Logger {
 public:
  void write(ports::Severity, std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

}  // namespace millrace::coordinator::testing
