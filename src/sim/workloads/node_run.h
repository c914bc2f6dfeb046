#pragma once

#include <string>

#include "base/callback.h"
#include "base/result.h"
#include "config/server_config.h"
#include "ports/file.h"
#include "ports/random.h"
#include "sim/scenario.h"

namespace millrace::sim {

// Makes the directories of a new node; the error is a line.
using Format =
    Callback<Result<void, std::string>(ports::BlockingFiles&, ports::Random&, const config::ServerConfig&)>;

// A whole node with its clients: topics are created, producers and consumers work over connections that break, the node
// dies at seeded times with what it had not synced, or stops cleanly, and comes back on its disk. At last nothing fails
// any more: then everything must go through, and what the log holds is compared with all that was ever promised.
Outcome run_node(const RunOptions& options, Format& format);

}  // namespace millrace::sim
