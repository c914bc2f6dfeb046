#pragma once

#include <atomic>
#include <memory>

#include "ports/shard.h"
#include "runtime/engine.h"
#include "runtime/faults.h"
#include "runtime/jobs.h"
#include "runtime/mailbox.h"
#include "runtime/network.h"
#include "runtime/pool.h"
#include "runtime/random.h"
#include "runtime/runtime.h"
#include "runtime/shard_file.h"

namespace millrace::runtime {

// What the shards of a node share, and whom they tell how far they are.
class NodeContext : public ports::Process {
 public:
  virtual ports::Logger& log() = 0;
  virtual Pool& file_pool() = 0;
  virtual Pool& job_pool() = 0;
  virtual ports::BlockingFiles& files() = 0;
  virtual ListenerTable& listeners() = 0;
  virtual std::uint32_t shard_count() const = 0;
  // Each is called once per shard: App::start has returned; App::stop is complete.
  virtual void shard_started() = 0;
  virtual void shard_stopped() = 0;
};

// One shard: its event loop, its ports and its App.
class Loop {
 public:
  Loop(NodeContext& node, ShardId id);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Waker& waker() { return engine_.waker; }
  // Before run(): the mailboxes exist when all wakers do.
  void join_grid(MailboxGrid& grid);
  // The thread's work: runs the App until quit().
  void run(BackendKind kind, const AppFactory& factory);
  // Any thread: a call on the shard.
  void post(Task task);
  // Any thread: stops the App; leaves run().
  void begin_stop();
  void quit();
  // Only when no shard runs any more: destroys what waits for a call, then the App.
  void drop_calls();
  void drop_app() { app_ = nullptr; }

 private:
  class Alarm;

  void start(const AppFactory& factory);
  bool work_pending() const;
  Nanos time_to_sleep();
  void turn();
  void leave();

  NodeContext& node_;
  Engine engine_;
  SystemRandom random_;
  NoFaults faults_;
  std::unique_ptr<ShardMailbox> mailbox_;
  PoolJobs jobs_;
  ShardFiles files_;
  ShardNetwork network_;
  std::unique_ptr<Alarm> alarm_;
  std::unique_ptr<ports::Shard> shard_;
  std::unique_ptr<ports::App> app_;
  bool stopping_ = false;
  bool quit_ = false;
};

}  // namespace millrace::runtime
