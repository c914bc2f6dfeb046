#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "client/producer/producer.h"
#include "sim/workloads/traffic.h"

namespace millrace::sim {

// The producer of the C++ client: sends records to all partitions, by number and by key, one by one or as threads of a
// program do, staged and handed over together; and tells the history what was delivered. Those of an idempotent one are
// delivered in order.
class CoreProducer final : public ports::App {
 public:
  // `number`: of this producer in this life. The last records are kept until nothing fails any more; all of those have
  // to be delivered.
  CoreProducer(ports::Shard& shard, Stage& stage, Prng prng, std::uint32_t number);

  void start() override;
  void stop(Task stopped) override;
  // Everything is sent and has its end.
  bool finished() const { return finished_; }

 private:
  void step();
  void send();
  bool patient() const;
  void delivered(RecordId id, const PartitionName& asked, bool must,
                 const client::Result<client::RecordMetadata>& outcome);

  ports::Shard& shard_;
  Stage& stage_;
  Prng prng_;
  const std::uint32_t number_;
  const bool stages_;
  std::uint64_t left_;
  std::uint64_t sent_ = 0;
  bool idempotent_ = false;
  std::uint64_t without_end_ = 0;  // records
  bool flushing_ = false;
  bool finished_ = false;
  std::map<PartitionName, RecordId> last_;  // delivered, of each partition
  std::size_t stays_ = 0;                   // of the partitions that can be drawn, where a run of records goes
  std::vector<client::Batch::Space> spare_;
  std::unique_ptr<client::ProducerCore> core_;
  std::unique_ptr<client::Staging> staged_;
};

}  // namespace millrace::sim
