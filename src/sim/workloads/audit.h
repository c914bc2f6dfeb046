#pragma once

#include "sim/workloads/broker_node.h"
#include "sim/workloads/traffic.h"

namespace millrace::sim {

// Ends and restarts the broker, reads every partition to its end, and has the history compare that with all promises.
void audit(World& world, BrokerNode& broker, Stage& stage);

}  // namespace millrace::sim
