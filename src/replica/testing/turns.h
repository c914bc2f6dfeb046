#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.h"
#include "ports/shard.h"

namespace millrace::replica::testing {

// A shard whose loop a test turns by hand: clock, timers, random numbers and messages to itself; files and network do
// nothing.
class Turns final : ports::Clock,
                    ports::Random,
                    ports::Timers,
                    ports::Files,
                    ports::Jobs,
                    ports::Network,
                    ports::Mailbox,
                    ports::Logger,
                    ports::Faults,
                    ports::Process {
 public:
  Turns() = default;
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  ports::Shard& shard() { return shard_; }
  ports::Timers& timers() { return *this; }
  MonoTime now() const override { return now_; }

  // Turns until nothing is left to do at this moment.
  void run();
  // Moves the clock on, through every timer that is due on the way.
  void advance(Millis duration);

  std::vector<std::string> lines;  // of the operator's log

 private:
  WallTime wall() const override { return WallTime(1'700'000'000'000) + now_.value() / 1'000'000; }
  std::uint64_t next() override { return random_.next(); }
  std::uint64_t secure() override { return random_.next(); }
  ports::TimerId at(MonoTime when, Task task) override;
  void cancel(ports::TimerId timer) override;
  void at_turn_end(Task task) override { turn_end_.push_back(std::move(task)); }
  void open(const std::string&, ports::OpenMode, OpenDone) override {}
  void run(Work, Task) override {}
  Result<std::uint16_t> listen(const ports::Endpoint&, const ports::ListenLimits&, ports::Acceptor&) override {
    return Error::unsupported;
  }
  void stop_listening() override {}
  void stop_listening_for(ports::Acceptor&) override {}
  void connect(const ports::Endpoint&, ConnectDone) override {}
  bool request(ShardId, Task& message) override;
  void reply(ShardId, Task message) override { turn_end_.push_back(std::move(message)); }
  void when_space(ShardId, Task task) override { turn_end_.push_back(std::move(task)); }
  void write(ports::Severity, std::string_view line) override { lines.emplace_back(line); }
  void reach(ports::Probe) override {}
  bool strike(ports::FaultPoint) override { return false; }
#ifdef MILLRACE_PLANTED
  bool planted(ports::Planted) override { return false; }
#endif
  void fail(std::string_view why) override { lines.emplace_back(why); }

  MonoTime now_{1'000'000'000};
  Prng random_{1};
  std::uint64_t last_timer_ = 0;
  std::map<std::pair<MonoTime, std::uint64_t>, Task> timers_;
  std::deque<Task> turn_end_;
  ports::Shard shard_{ShardId(0), 1, *this, *this, *this, *this, *this, *this, *this, *this, *this, *this};
};

}  // namespace millrace::replica::testing
