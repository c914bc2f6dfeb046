#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/callback.h"
#include "base/result.h"
#include "config/server_config.h"
#include "ports/file.h"
#include "ports/random.h"
#include "sim/checkers/history.h"
#include "sim/world.h"

namespace millrace::sim {

inline constexpr const char* kBrokerHost = "broker";
inline constexpr std::uint16_t kBrokerPort = 9092;

// Makes the directories of a new node; the error is a line.
using Format =
    Callback<Result<void, std::string>(ports::BlockingFiles&, ports::Random&, const config::ServerConfig&)>;

// The one broker of a run, broker and controller in one, and what happens to it: it dies at seeded times with what it
// had not synced, or stops cleanly, and comes back on its disk.
class BrokerNode {
 public:
  // `disks`: whether they fail, too; a node may give up then. Broken promises go to `history`.
  BrokerNode(World& world, History& history, bool disks)
      : world_(world), history_(history), dice_(world.workload()), disks_(disks) {}

  // Formats a node and starts it. False if that fails, which `history` has been told.
  bool prepare(Format& format);

  // A seeded number of lives, each with its end.
  void storm();
  // Nothing fails any more: the node runs, perhaps after a last death.
  void settle();
  // A last end and a new life, for those who look at what is left.
  void end_and_restart();
  // Runs until `done`; `what` is the promise that breaks if it is not by then. True while no promise is broken.
  bool until(Callback<bool()> done, Millis patience, const char* what);

  std::uint64_t kills() const { return kills_; }
  std::uint64_t lost() { return node_ == nullptr ? 0 : node_->disk().lost(); }

 private:
  void strike();
  void stop_cleanly();
  void cut_power();

  World& world_;
  History& history_;
  Prng& dice_;
  const bool disks_;
  std::shared_ptr<const config::ServerConfig> config_;
  Node* node_ = nullptr;
  std::uint64_t kills_ = 0;
};

}  // namespace millrace::sim
