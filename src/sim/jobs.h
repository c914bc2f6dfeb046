#pragma once

#include <cstdint>

#include "ports/jobs.h"
#include "sim/files.h"

namespace millrace::sim {

// Runs each job whole at a seeded moment, between turns. Where the workload has the power cut inside a job
// (Disk::cut_power_after), the node is dead before the job's end is reported.
class Jobs final : public ports::Jobs {
 public:
  // `power_cut` ends the node and this object with it.
  Jobs(Loop& loop, Disk& disk, Task& power_cut)
      : loop_(loop), disk_(disk), power_cut_(power_cut) {}
  void run(Work work, Task done) override;

 private:
  Loop& loop_;
  Disk& disk_;
  Task& power_cut_;
  std::uint64_t next_job_ = 1;
};

}  // namespace millrace::sim
