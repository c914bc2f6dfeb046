#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/callback.h"
#include "base/result.h"
#include "broker/connection.h"
#include "broker/node_facts.h"
#include "ports/net.h"
#include "ports/timers.h"

namespace millrace::broker {

class Broker;

// Where clients come in on this shard: the listeners, and the connections they have brought.
class Doors {
 public:
  explicit Doors(Broker& broker);
  ~Doors();

  // Listens on each; returns their ports, or a line that names the listener and what is wrong with it.
  Result<std::vector<std::uint16_t>, std::string> listen(const std::vector<Listener>& listeners);
  // The listener of this name accepts nothing more; its connections finish what is under way and are closed.
  void close(std::string_view listener);
  // Accepts nothing more; every connection finishes what is under way and is closed. `closed` when none is left, or
  // after kDrainPatience.
  void close(Task closed);
  std::size_t open_connections() const { return connections_.size(); }

 private:
  class Door;
  struct Entrant {
    ClientConnection* connection;
    const Door* door;
  };
  void gone(std::uint64_t id);
  void finish();

  Broker& broker_;
  std::vector<std::unique_ptr<Door>> doors_;  // closed ones too: the network may still know them
  std::map<std::uint64_t, Entrant> connections_;
  std::uint64_t last_ = 0;
  bool closing_ = false;
  Task closed_;
  ports::TimerId patience_{0};
};

}  // namespace millrace::broker
