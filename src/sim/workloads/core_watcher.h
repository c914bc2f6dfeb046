#pragma once

#include <memory>

#include "client/cluster.h"
#include "sim/checkers/group_reads.h"
#include "sim/workloads/traffic.h"

namespace millrace::sim {

// Looks the group's committed positions up again and again.
class CoreWatcher final : public ports::App {
 public:
  CoreWatcher(ports::Shard& shard, Stage& stage, GroupReads& reads, Prng prng)
      : shard_(shard), stage_(stage), reads_(reads), prng_(prng) {}

  void start() override;
  void stop(Task stopped) override;

 private:
  void look();

  ports::Shard& shard_;
  Stage& stage_;
  GroupReads& reads_;
  Prng prng_;
  std::unique_ptr<client::Cluster> cluster_;
};

}  // namespace millrace::sim
