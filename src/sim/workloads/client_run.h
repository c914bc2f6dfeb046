#pragma once

#include "sim/scenario.h"
#include "sim/workloads/broker_node.h"

namespace millrace::sim {

// The C++ client and the broker together: producers and a group of consumers that are the client's own cores, which die
// and come back as the broker does, over connections that break. Promises: what an idempotent producer sends is there
// once and in order; what was delivered stays; the group processes every record, and its positions never go back. When
// nothing fails any more all of it goes through, and members that leave are gone at once.
Outcome run_client(const RunOptions& options, Format& format);

}  // namespace millrace::sim
