#pragma once

#include <string>

#include "base/prng.h"
#include "sim/disk.h"

namespace millrace::sim {

struct LogModel;

// Kafka runs on a log while its node is dead, and is killed: it has cut the active segment back, or not, gone on behind
// that in an epoch of its own, and left the index as it allocates it. All of it is on the disk, and stays as it is.
// Nothing happens to a log without a segment, or with a bit that has flipped.
void visit(Disk& disk, LogModel& model, Prng& dice);

}  // namespace millrace::sim
