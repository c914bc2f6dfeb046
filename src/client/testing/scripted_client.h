#pragma once

#include <cstdint>

#include "client/cluster.h"
#include "client/testing/scripted_broker.h"

namespace millrace::client::testing {

// A client's picture of a cluster of so many scripted brokers, the first of which coordinates every group: what tests
// of the parts of a client begin with.
struct ScriptedClient {
  explicit ScriptedClient(std::int32_t count) : brokers(ports, count) { brokers.coordinate(0); }

  FakePorts ports;
  ScriptedCluster brokers;
  Cluster cluster{ports.shard(), ScriptedCluster::options()};
};

}  // namespace millrace::client::testing
