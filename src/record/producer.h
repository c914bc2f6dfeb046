#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "base/ids.h"
#include "record/batch.h"

namespace millrace::record {

// What is kept of one batch of an idempotent producer, to answer a duplicate with the offset that it got.
struct ProducerBatch {
  std::int32_t first_sequence = -1;
  std::int32_t last_sequence = -1;
  Offset last_offset = kNoOffset;
  std::int32_t offset_delta = 0;  // last offset - first offset
  WallTime timestamp = kNoTime;
};

// A producer's state in one partition (KIP-98; the .snapshot file keeps its last batch). Without a batch, a marker was
// the last that came from it: the next sequence is 0.
struct ProducerEntry {
  static constexpr std::size_t kBatchesKept = 5;
  ProducerEpoch epoch = kNoProducerEpoch;
  std::array<ProducerBatch, kBatchesKept> batches;  // oldest first
  std::size_t batch_count = 0;
  std::int32_t coordinator_epoch = -1;
  Offset current_txn_first_offset = kNoOffset;
  WallTime marker_timestamp = kNoTime;  // of the last transaction marker
  WallTime last_timestamp = kNoTime;    // of the last batch or marker, whichever came last
};

// What the control batch says that ends a producer's transaction.
struct EndMarker {
  bool commit = false;
  std::int32_t coordinator_epoch = -1;
  WallTime timestamp = kNoTime;
};
// The marker in a control batch; nothing if it is a control batch of another kind, or compaction has emptied it.
// Precondition: magic 2, whole.
std::optional<EndMarker> end_marker(const BatchView& batch);

// What a batch with a producer id is, measured against what the partition knows of the producer.
enum class SequenceVerdict : std::uint8_t {
  in_order,      // append it
  duplicate,     // appended before: answer with the old offset
  out_of_order,  // OUT_OF_ORDER_SEQUENCE_NUMBER
  stale_epoch,   // INVALID_PRODUCER_EPOCH
};

// The idempotent producers of one partition, in memory. Deterministic; belongs to the partition's shard.
class ProducerTable {
 public:
  struct Check {
    SequenceVerdict verdict = SequenceVerdict::in_order;
    ProducerBatch duplicate_of;  // verdict duplicate
  };
  // Judges a client's batch before it is appended. `last_sequence` wraps after 2^31-1. A producer of which there is no
  // trace may begin with any sequence (its records may have been deleted); a risen epoch begins with sequence 0.
  // Batches of the coordinators, which have no sequences, and replicated ones are not judged.
  Check check(ProducerId producer, ProducerEpoch epoch, std::int32_t first_sequence, std::int32_t last_sequence) const;
  // Records an appended batch. Called for every batch with a producer id, live and in recovery alike.
  void replay(ProducerId producer, ProducerEpoch epoch, const ProducerBatch& batch);
  // The same for a batch as it is in the log: data, or the control batch that ends a transaction. Batches without a
  // producer change nothing. Precondition: magic 2, offsets set, contents valid.
  void replay(const BatchView& batch);
  // Drops producers without an open transaction whose last batch is older than `before`.
  void expire(WallTime before);
  void clear() { producers_.clear(); }
  // Takes over what a snapshot knows of a producer.
  void restore(ProducerId producer, const ProducerEntry& entry) { producers_[producer] = entry; }

  const std::map<ProducerId, ProducerEntry>& entries() const { return producers_; }

 private:
  std::map<ProducerId, ProducerEntry> producers_;
};

}  // namespace millrace::record
