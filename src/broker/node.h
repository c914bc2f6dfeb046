#pragma once

#include <memory>
#include <utility>

#include "config/server_config.h"
#include "ports/shard.h"

namespace millrace::broker {

// Makes the Apps of one node, one per shard, each on its own thread if it likes: they share nothing but the settings
// and find each other by messages. An App is one shard's broker and its share of the listeners; on shard 0 also the
// metadata
// quorum and the node's life, from the log directories to the clean stop. A factory is for one life of one node; copies
// make Apps of the same node. A node that cannot start says so by Process::fail, in one line.
class NodeFactory {
 public:
  explicit NodeFactory(std::shared_ptr<const config::ServerConfig> config);
  // Precondition: the node has at most kShards shards (limits.h), and this one has no App yet.
  std::unique_ptr<ports::App> operator()(ports::Shard& shard) const;

  // The explicit settings of the node are these from now on (config::plan_reload). On its first shard.
  void take_settings(const config::Settings& settings) const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

inline NodeFactory node_factory(std::shared_ptr<const config::ServerConfig> config) {
  return NodeFactory(std::move(config));
}

}  // namespace millrace::broker
