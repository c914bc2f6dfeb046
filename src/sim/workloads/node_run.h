#pragma once

#include "sim/scenario.h"
#include "sim/workloads/broker_node.h"

namespace millrace::sim {

// A whole node with its clients: topics are created, producers and consumers work over connections that break, the node
// dies at seeded times with what it had not synced, or stops cleanly, and comes back on its disk. At last nothing fails
// any more: then everything must go through, and what the log holds is compared with all that was ever promised.
Outcome run_node(const RunOptions& options, Format& format);

}  // namespace millrace::sim
