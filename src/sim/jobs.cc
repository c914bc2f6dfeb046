#include "sim/jobs.h"

#include <utility>

namespace millrace::sim {

void Jobs::run(Work work, Task done) {
  Run& run = loop_.run();
  const std::uint64_t job = next_job_++;
  const MonoTime begin = run.now() + around(run.streams.jobs, run.profile.job_delay);
  run.queue.at(begin, loop_.owner(), [this, job, work = std::move(work), done = std::move(done)]() mutable {
    Run& here = loop_.run();
    here.trace.event(here.now(), loop_.place(), Kind::job, job);
    JobFiles files(disk_, loop_.owner());
    work(files);
    work = nullptr;
    if (disk_.power_is_cut()) {
      done = nullptr;
      power_cut_();  // this object is gone after it
      return;
    }
    const MonoTime end = here.now() + around(here.streams.jobs, here.profile.job_delay);
    loop_.input_at(end, Kind::job_done, job, 0, std::move(done));
  });
}

}  // namespace millrace::sim
