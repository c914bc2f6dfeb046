#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "ports/logger.h"
#include "runtime/backend.h"
#include "runtime/clock.h"
#include "runtime/pool.h"
#include "runtime/timers.h"
#include "runtime/wake.h"

namespace millrace::runtime {

// What the parts of one shard share. Belongs to the shard's thread but for the inbox.
class Engine {
 public:
  Engine(ShardId shard, Pool& files, Pool& jobs, ports::Logger& logger)
      : id(shard), file_pool(files), job_pool(jobs), log(logger) {}

  const ShardId id;
  TurnClock clock;
  TimerHeap timers;
  Waker waker;
  Inbox inbox{waker};
  Pool& file_pool;  // for short calls on files
  Pool& job_pool;   // for calls that may take long
  ports::Logger& log;
  std::unique_ptr<Backend> backend;  // made on the shard's thread
  // The App is not called any more; what completes is dropped.
  bool leaving = false;
  // Until then writes are left to other threads, since one that this thread made had to wait.
  MonoTime writes_wait_until;
  // Calls in the file pool that will come back through the inbox, besides those of the backend.
  std::size_t calls_in_pool = 0;

  // Calls `task` in the next turn.
  void later(Task task) { later_.push_back(std::move(task)); }
  bool later_pending() const { return !later_.empty(); }
  void run_later() {
    std::swap(later_, running_);
    for (Task& entry : running_) {
      Task task = std::move(entry);
      task();
    }
    running_.clear();
  }

 private:
  std::vector<Task> later_;
  std::vector<Task> running_;
};

}  // namespace millrace::runtime
