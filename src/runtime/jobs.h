#pragma once

#include "ports/jobs.h"
#include "runtime/engine.h"

namespace millrace::runtime {

// The jobs of one shard, in the pool that all shards share.
class PoolJobs final : public ports::Jobs {
 public:
  PoolJobs(Engine& engine, ports::BlockingFiles& files) : engine_(engine), files_(files) {}
  void run(Work work, Task done) override;

 private:
  Engine& engine_;
  ports::BlockingFiles& files_;
};

}  // namespace millrace::runtime
