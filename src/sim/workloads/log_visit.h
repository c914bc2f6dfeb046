#pragma once

#include <deque>

#include "base/prng.h"
#include "sim/disk.h"

namespace millrace::sim {

struct LogModel;

// While their node is dead Kafka opens the logs, and is killed: what its recovery finds damaged is cut, then perhaps
// more, at a batch's beginning (it followed another leader). Nothing of that may come back from what millrace keeps
// beside. Precondition: the disk does not fail, and nothing on it has rotted.
void visit_as_kafka(Disk& disk, std::deque<LogModel>& models, Prng& dice);

}  // namespace millrace::sim
