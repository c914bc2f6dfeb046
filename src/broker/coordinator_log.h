#pragma once

#include <memory>

#include "coordinator/partition_log.h"
#include "replica/partition.h"

namespace millrace::broker {

// A led partition as its coordinator sees it. The partition outlives it.
class CoordinatorLog final : public coordinator::PartitionLog {
 public:
  explicit CoordinatorLog(replica::Partition& partition) : partition_(partition) {}
  ~CoordinatorLog() override { *alive_ = false; }

  Offset start() const override { return partition_.log_start(); }
  Offset end() const override { return partition_.log_end(); }
  void read(Offset from, std::uint64_t max_bytes, ReadDone done) override;
  void append(Buffer batch, AppendDone done) override;
  void when_committed(Offset offset, Callback<void(bool)> done) override;

 private:
  replica::Partition& partition_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace millrace::broker
