#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "log/testing/fake_disk.h"
#include "ports/shard.h"

namespace millrace::log::testing {

// A shard for the unit tests of this module, on a FakeDisk: completions wait until they are let through, time stands
// still until it is moved. No network, one shard.
class FakeShard final : ports::Clock,
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
  explicit FakeShard(FakeDisk& disk) : disk_(disk) {}
  FakeShard(const FakeShard&) = delete;
  FakeShard& operator=(const FakeShard&) = delete;

  ports::Shard& ports() { return shard_; }
  FakeDisk& disk() { return disk_; }

  // One turn: everything that has completed by now, then the tasks of the turn's end. False if there was nothing.
  bool turn();
  // Turns until nothing happens any more.
  void run();
  // Moves both clocks, calls the timers that are due, and runs.
  void advance(Millis time);

  // While set, syncs (or jobs, or writes) that begin do not complete.
  bool hold_syncs = false;
  bool hold_jobs = false;
  bool hold_writes = false;
  // Lets go of what was held, at the next turn.
  void release();
  // What is read_cached() gives Error::would_block as long as this is set.
  bool cold = false;
  int cold_reads = 0;  // the same, so many times

  // How far the precise clock goes on with each look at it; it stands still like the others while this is 0.
  Nanos between_looks{0};

  std::vector<std::string> lines;  // of the operator's log
  int reached(ports::Probe probe) const { return reached_[static_cast<std::size_t>(probe)]; }

  std::size_t writes_begun = 0;
  std::size_t syncs_begun = 0;
  std::uint64_t bytes_written_back = 0;  // that begin_writeback() was asked for

 private:
  friend class FakeFile;
  MonoTime now() const override { return MonoTime(time_.value() * 1'000'000); }
  MonoTime precise() const override { return now() + between_looks.value() * ++looks_; }
  WallTime wall() const override { return WallTime(1'700'000'000'000) + time_.value(); }
  std::uint64_t next() override { return random_.next(); }
  std::uint64_t secure() override { return random_.next(); }
  ports::TimerId at(MonoTime when, Task task) override;
  void cancel(ports::TimerId timer) override;
  void at_turn_end(Task task) override { turn_end_.push_back(std::move(task)); }
  void open(const std::string& path, ports::OpenMode mode, OpenDone done) override;
  void run(Work work, Task done) override;
  Result<std::uint16_t> listen(const ports::Endpoint&, const ports::ListenLimits&, ports::Acceptor&) override {
    return Error::unsupported;
  }
  void stop_listening() override {}
  void stop_listening_for(ports::Acceptor&) override {}
  void connect(const ports::Endpoint&, ConnectDone) override {}
  bool request(ShardId, Task&) override { return false; }
  void reply(ShardId, Task) override {}
  void when_space(ShardId, Task) override {}
  void write(ports::Severity, std::string_view line) override { lines.emplace_back(line); }
  void reach(ports::Probe probe) override { ++reached_[static_cast<std::size_t>(probe)]; }
  bool strike(ports::FaultPoint) override { return false; }
#ifdef MILLRACE_PLANTED
  bool planted(ports::Planted) override { return false; }
#endif
  void fail(std::string_view why) override { lines.emplace_back(why); }

  FakeDisk& disk_;
  Prng random_{1};
  Millis time_{0};
  mutable std::int64_t looks_ = 0;
  std::deque<Task> ready_;
  std::deque<Task> held_;
  std::deque<Task> turn_end_;
  std::map<std::pair<MonoTime, std::uint64_t>, Task> timers_;
  std::uint64_t last_timer_ = 0;
  std::array<int, static_cast<std::size_t>(ports::Probe::kCount)> reached_{};
  ports::Shard shard_{ShardId(0), 1, *this, *this, *this, *this, *this, *this, *this, *this, *this, *this};
};

}  // namespace millrace::log::testing
