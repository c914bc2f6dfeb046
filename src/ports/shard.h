#pragma once

#include <cstdint>
#include <string_view>

#include "base/callback.h"
#include "base/ids.h"
#include "ports/clock.h"
#include "ports/faults.h"
#include "ports/file.h"
#include "ports/jobs.h"
#include "ports/logger.h"
#include "ports/mailbox.h"
#include "ports/net.h"
#include "ports/random.h"
#include "ports/timers.h"

namespace millrace::ports {

// What a process takes of its machine.
struct ProcessUsage {
  double cpu_seconds = 0;  // user and system, of all threads
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t max_files = 0;
  double start_time_seconds = 0;  // since 1970
};

// The process (or the simulated node) that the shard belongs to.
class Process {
 public:
  virtual ~Process() = default;
  // The node cannot go on: says why on standard error and stops it, as a clean stop does but with an exit code that is
  // not 0. For start-up failures and for storage that is gone. May be called on any shard, more than once.
  virtual void fail(std::string_view why) = 0;
  // The node serves its clients from now on: whoever started the process may be waiting for this.
  virtual void ready() {}
  // What the process uses; any shard.
  virtual ProcessUsage usage() const { return {}; }
};

// Everything that the code of one shard may touch of the outside. Belongs to the shard's loop and outlives the App.
struct Shard {
  ShardId id;
  std::uint32_t count = 1;  // shards of this process
  Clock& clock;
  Random& random;
  Timers& timers;
  Files& files;
  Jobs& jobs;
  Network& network;
  Mailbox& mailbox;
  Logger& log;
  Faults& faults;
  Process& process;
};

// What a shard runs. One is made per shard; the driver (runtime or sim) has five duties: deliver inputs in order;
// persist before sending what depends on it; report completions; advance the clock; never call back from inside a call.
class App {
 public:
  virtual ~App() = default;
  // The first call on the shard.
  virtual void start() = 0;
  // A clean stop was asked for. Calls `stopped` when everything is closed and durable.
  virtual void stop(Task stopped) = 0;
};

}  // namespace millrace::ports
