#pragma once

#include <functional>
#include <memory>

#include "config/server_config.h"
#include "ports/shard.h"

namespace millrace::broker {

// What one shard of a node runs: its broker and its share of the listeners; on shard 0 also the metadata quorum and the
// node's life, from the log directories to the clean stop.
using NodeFactory = std::function<std::unique_ptr<ports::App>(ports::Shard&)>;

// Makes the Apps of one node, one per shard, each on its own thread if it likes: they share nothing but the settings
// and find each other by messages. A factory is for one life of one node. A node that cannot start says so by
// Process::fail, in one line. Precondition: at most kShards shards (limits.h).
NodeFactory node_factory(std::shared_ptr<const config::ServerConfig> config);

}  // namespace millrace::broker
