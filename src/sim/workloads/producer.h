#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "protocol/gen/produce.h"
#include "record/batch_builder.h"
#include "sim/workloads/client.h"

namespace millrace::sim {

// Sends batches to every partition, several partitions in one request and several requests at a time, and tells the
// history what was acknowledged. An idempotent one sends a batch until it is acknowledged; another one may give it up.
class Producer final : public Client {
 public:
  Producer(ports::Shard& shard, Stage& stage, Prng prng, std::uint32_t index);
  // Everything is sent, and acknowledged or given up.
  bool finished() const;

 protected:
  void work() override;

 private:
  enum class Kind : std::uint8_t { idempotent, patient, careless };
  struct Lane {
    PartitionName partition;
    std::uint32_t left;               // batches, the present one included
    std::int32_t next_sequence = 0;
    std::vector<RecordId> ids;        // of the present batch; empty: none yet
    record::BatchOptions options;     // of it
    WallTime time = kNoTime;
    Buffer batch;
    bool under_way = false;
  };
  using Answer = protocol::ProduceResponse;

  void ask_for_id();
  void make_present(Lane& lane);
  void encode(Lane& lane);
  void send();
  bool sendable(const Lane& lane) const;
  void answered(const Answer* answer, const std::vector<std::size_t>& lanes);
  bool take(Lane& lane, const Answer::PartitionProduceResponse* result);
  void finish(Lane& lane);

  const std::uint32_t index_;
  const Kind kind_;
  std::int16_t acks_;
  std::int64_t producer_id_ = -1;
  std::int16_t producer_epoch_ = -1;
  std::uint64_t next_record_ = 1;
  std::uint32_t requests_ = 0;
  std::vector<Lane> lanes_;
};

}  // namespace millrace::sim
