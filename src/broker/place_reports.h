#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/callback.h"
#include "base/uuid.h"
#include "broker/placement.h"
#include "ports/timers.h"

namespace millrace::broker {

class Broker;

// Tells the controller in which log directory each replica of this node lies where the metadata does not say so:
// new ones of a node with several directories, and those that were moved (KIP-858). On shard 0. One request is under
// way at a time; what the controller does not take is sent again, unless the replica is no longer this node's.
class PlaceReports {
 public:
  // `epoch`: of the broker, -1 before its registration: reports wait for it.
  PlaceReports(Broker& broker, Callback<std::int64_t()> epoch);
  ~PlaceReports();

  // What is said of a replica last counts.
  void placed(const PartitionKey& key, const Uuid& dir);

 private:
  using Places = std::map<PartitionKey, Uuid>;
  void send();
  void answered(Places sent, const Buffer& answer);
  void again();

  Broker& broker_;
  Callback<std::int64_t()> epoch_;
  Places pending_;
  bool busy_ = false;
  ports::TimerId timer_{0};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace millrace::broker
