#pragma once

#include <functional>

#include "base/callback.h"
#include "base/result.h"
#include "broker/node.h"
#include "config/server_config.h"
#include "ports/logger.h"

namespace millrace::apps {

// What a SIGHUP does: reads the settings again as at the start, tells in the log what is taken and what needs a
// restart, and hands what is taken to the node. Settings that a start would refuse change nothing.
class Reloader {
 public:
  using Load = std::function<Result<config::LoadedServerConfig, std::string>()>;
  // `log` outlives it. `running`: what the node was started with.
  Reloader(Load load, config::Settings running, broker::NodeFactory node, ports::Logger& log)
      : load_(std::move(load)), running_(std::move(running)), node_(std::move(node)), log_(log) {}

  // What is to be done on the node's first shard; nothing if there is nothing to do. One thread.
  Task operator()();

 private:
  const Load load_;
  config::Settings running_;
  const broker::NodeFactory node_;
  ports::Logger& log_;
};

}  // namespace millrace::apps
