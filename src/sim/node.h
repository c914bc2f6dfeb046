#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/callback.h"
#include "ports/shard.h"
#include "sim/disk.h"
#include "sim/jobs.h"
#include "sim/mailbox.h"
#include "sim/network.h"

namespace millrace::sim {

// Makes what runs on a node in one life: one App per shard, in order. Called when the node starts.
using Boot = Callback<std::vector<std::unique_ptr<ports::App>>(const std::vector<ports::Shard*>&)>;

// A Boot for apps that share nothing.
Boot each_shard(Callback<std::unique_ptr<ports::App>(ports::Shard&)> make);

// A simulated machine: a disk that stays, and processes that come and go.
class Node {
 public:
  Node(Run& run, Net& net, std::int32_t index, std::string name, std::uint32_t shards, Boot boot);
  ~Node();

  // Precondition: not running. `life` tells this life's events from all others.
  void start(Owner life);
  // Ends the present life at once, if there is one.
  void kill(Crash crash, Farewell farewell);
  // Asks every shard to stop; the life ends when the last one has, and `stopped` is called. A kill may come before.
  void stop(Task stopped);
  // The next job is cut off at its `operations`th operation: power and all.
  void kill_inside_job(std::uint64_t operations) { disk_.cut_power_after(operations); }

  bool running() const { return life_ != nullptr; }
  Disk& disk() { return disk_; }
  const std::string& name() const { return name_; }
  std::int32_t index() const { return index_; }
  std::uint64_t lives() const { return lives_; }
  // Why the last life ended itself (Process::fail); empty if it did not.
  const std::string& failure() const { return failure_; }
  ports::App& app(std::uint32_t shard);

 private:
  struct Unit;
  struct Life;
  void fail(std::string_view why);
  void end_life(bool crashed, Crash crash, Farewell farewell);

  Run& run_;
  Net& net_;
  const std::int32_t index_;
  const std::string name_;
  const std::uint32_t shards_;
  Boot boot_;
  Disk disk_;
  Task power_cut_;
  std::int64_t wall_offset_ = 0;
  std::uint64_t lives_ = 0;
  std::string failure_;
  std::unique_ptr<Life> life_;
};

}  // namespace millrace::sim
