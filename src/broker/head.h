#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/result.h"
#include "broker/lifecycle.h"
#include "broker/listener_changes.h"
#include "broker/log_dirs.h"
#include "broker/monitor/monitor.h"
#include "broker/node_facts.h"
#include "broker/storage.h"
#include "controller/quorum.h"
#include "metadata/image.h"

namespace millrace::broker {

class Broker;

// The life of a node, on shard 0. Starting: take the log directories, listen, open the metadata log, register, and when
// the controller lets us serve, open the doors on every shard. Stopping: leave the cluster in good order, close the
// doors, then the logs, write what a clean stop leaves behind, then stop the quorum. Each step begins when the one
// before has succeeded; what goes wrong before the doors are open ends the process with one line.
class Head {
 public:
  explicit Head(Broker& broker);
  ~Head();

  void start();
  // Can be called at any stage of the start.
  void stop(Task stopped);
  // The explicit settings are these from now on, on every shard.
  void take_settings(const config::Settings& settings);

 private:
  void dirs_opened(Result<OpenedDirs, std::string> opened);
  void listen();
  bool listen_for_operators();
  void listen_elsewhere();
  void start_quorum();
  void publish(const metadata::ImagePtr& image);
  void serve();
  void report_strays() const;
  void shut_all();
  void shut(std::vector<Checkpoint> checkpoints);
  void stop_quorum();
  void release();
  void fail(const std::string& why);

  Broker& broker_;
  NodeFacts facts_;
  OpenedDirs dirs_;
  std::vector<Listener> listeners_;  // at the start
  ListenerChanges listener_changes_;
  ports::Endpoint controller_;
  std::unique_ptr<controller::Quorum> quorum_;
  Lifecycle lifecycle_;
  Storage storage_;
  Monitor monitor_;
  bool dirs_taken_ = false;
  bool registered_ = false;
  bool stopping_ = false;
  bool shut_ = false;
  std::vector<Checkpoint> checkpoints_;
  std::size_t shards_left_ = 0;
  Task stopped_;
};

}  // namespace millrace::broker
