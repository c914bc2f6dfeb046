#pragma once

#include "sim/scenario.h"

namespace millrace::sim {

// The logs of some partitions, alone, on a node that dies again and again: what was reported durable stays, with its
// contents; what comes back of the rest is a beginning of it; what was cut off durably never comes back. A life may
// tell the next: durable marks, recovery points, the marker of a clean stop, a journal.
Outcome run_logs(const RunOptions& options);

}  // namespace millrace::sim
