#pragma once

#include <memory>
#include <utility>

#include "base/callback.h"
#include "ports/file.h"

namespace millrace::ports {

// Work that would hold up a shard: plain sequential code over data and files that the job owns. It runs off the shard
// (on Linux in a small pool of threads; in the simulator at once at some seeded moment), so it must not touch anything
// of the shard. Jobs begun by one shard may run in any order and side by side.
class Jobs {
 public:
  virtual ~Jobs() = default;
  using Work = Callback<void(BlockingFiles&)>;
  // Runs `work` elsewhere, then `done` on this shard.
  virtual void run(Work work, Task done) = 0;
};

// Runs `work` (BlockingFiles& -> T) as a job and hands its value to `done` (T -> void) on this shard.
template <typename T, typename WorkFn, typename DoneFn>
void run_job(Jobs& jobs, WorkFn work, DoneFn done) {
  auto value = std::make_shared<std::unique_ptr<T>>();
  jobs.run([value, work = std::move(work)](BlockingFiles& files) mutable { *value = std::make_unique<T>(work(files)); },
           [value, done = std::move(done)]() mutable { done(std::move(**value)); });
}

}  // namespace millrace::ports
