#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/node.h"
#include "sim/run.h"

namespace millrace::sim {

struct WorldOptions {
  std::uint64_t seed = 0;
  Profile profile;
  std::optional<ports::Planted> planted;
  std::FILE* trace_to = nullptr;  // prints every event
};

// A whole run in one thread: nodes with their disks, the wires between them, and a virtual clock. Everything that
// happens follows from the seed, the profile and what the workload asks for. Simulated clients are apps on nodes of
// their own, which the workload never kills.
class World {
 public:
  explicit World(const WorldOptions& options);
  ~World();

  // Adds a node that is not running yet. Other nodes find it by `name`.
  Node& add_node(const std::string& name, std::uint32_t shards, Boot boot);
  void start(Node& node);

  // Something that the workload does at `when`, between turns.
  void at(MonoTime when, Task task) { run_.queue.at(when, kWorld, std::move(task)); }
  void after(Nanos delay, Task task) { at(now() + delay.value(), std::move(task)); }
  // A line for the trace: what the workload does, and why.
  void note(std::string_view line) { run_.trace.line(now(), {}, Kind::workload, line); }

  // Runs until `done` says so, or nothing is left, or the clock has reached `limit`. True if `done` did.
  bool run_until(Callback<bool()> done, MonoTime limit);
  void run_for(Nanos duration);

  // From now on nothing fails any more by itself, neither network nor disks nor fault points; and no cut of the power
  // comes that was ordered before, inside of a job that may begin only now.
  void calm_down();

  MonoTime now() const { return run_.now(); }
  Run& run() { return run_; }
  Net& net() { return net_; }
  Prng& workload() { return run_.streams.workload; }
  const Trace& trace() const { return run_.trace; }

 private:
  Run run_;
  Net net_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::uint32_t next_life_ = 1;
};

}  // namespace millrace::sim
