#include "runtime/jobs.h"

#include <memory>
#include <utility>

namespace millrace::runtime {

void PoolJobs::run(Work work, Task done) {
  struct Job {
    Work work;
    Task done;
  };
  auto job = std::make_unique<Job>(Job{std::move(work), std::move(done)});
  engine_.job_pool.post([this, job = std::move(job)]() mutable {
    job->work(files_);
    // The work goes back with the completion: what it captured is destroyed on the shard that made it.
    engine_.inbox.post([this, job = std::move(job)] {
      if (!engine_.leaving) job->done();
    });
  });
}

}  // namespace millrace::runtime
