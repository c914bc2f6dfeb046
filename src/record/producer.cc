#include "record/producer.h"

#include <algorithm>

#include "record/record_reader.h"

namespace millrace::record {
namespace {

constexpr std::int16_t kAbortMarker = 0;
constexpr std::int16_t kCommitMarker = 1;

void end_transaction(ProducerEntry& entry, ProducerEpoch epoch, std::int32_t coordinator_epoch) {
  if (entry.epoch != epoch) {
    entry.epoch = epoch;
    entry.batch_count = 0;
  }
  entry.coordinator_epoch = coordinator_epoch;
  entry.current_txn_first_offset = kNoOffset;
}

}  // namespace

ProducerTable::Check ProducerTable::check(ProducerId producer, ProducerEpoch epoch, std::int32_t first_sequence,
                                          std::int32_t last_sequence) const {
  const auto found = producers_.find(producer);
  if (found == producers_.end()) return {};
  const ProducerEntry& entry = found->second;
  if (epoch < entry.epoch) return {SequenceVerdict::stale_epoch, {}};
  if (epoch != entry.epoch) {
    return {first_sequence == 0 ? SequenceVerdict::in_order : SequenceVerdict::out_of_order, {}};
  }
  for (std::size_t i = 0; i < entry.batch_count; ++i) {
    const ProducerBatch& kept = entry.batches[i];
    if (kept.first_sequence == first_sequence && kept.last_sequence == last_sequence) {
      return {SequenceVerdict::duplicate, kept};
    }
  }
  const std::int32_t last = entry.batch_count == 0 ? -1 : entry.batches[entry.batch_count - 1].last_sequence;
  const bool follows = first_sequence == sequence_plus(last, 1);
  return {follows ? SequenceVerdict::in_order : SequenceVerdict::out_of_order, {}};
}

void ProducerTable::replay(ProducerId producer, ProducerEpoch epoch, const ProducerBatch& batch) {
  ProducerEntry& entry = producers_[producer];
  if (entry.epoch != epoch) {
    entry.epoch = epoch;
    entry.batch_count = 0;
  }
  if (entry.batch_count == ProducerEntry::kBatchesKept) {
    std::rotate(entry.batches.begin(), entry.batches.begin() + 1, entry.batches.end());
    --entry.batch_count;
  }
  entry.batches[entry.batch_count++] = batch;
  entry.last_timestamp = batch.timestamp;
}

void ProducerTable::replay(const BatchView& batch) {
  if (!batch.has_producer()) return;
  if (!batch.is_control()) {
    replay(batch.producer_id(), batch.producer_epoch(),
           {batch.base_sequence(), batch.last_sequence(), batch.last_offset(), batch.last_offset_delta(),
            batch.max_timestamp()});
    ProducerEntry& entry = producers_[batch.producer_id()];
    if (batch.is_transactional() && entry.current_txn_first_offset == kNoOffset) {
      entry.current_txn_first_offset = batch.base_offset();
    }
    return;
  }
  const auto marker = end_marker(batch);
  if (!marker) return;
  ProducerEntry& entry = producers_[batch.producer_id()];
  end_transaction(entry, batch.producer_epoch(), marker->coordinator_epoch);
  entry.marker_timestamp = entry.last_timestamp = marker->timestamp;
}

std::optional<EndMarker> end_marker(const BatchView& batch) {
  // A control batch that compaction has emptied belongs to a transaction that is gone as a whole.
  Scratch unused;
  auto reader = RecordReader::open(batch, unused);
  Record record;
  if (!reader || !reader->next(record)) return std::nullopt;
  const auto type = control_type(record);
  if (!type || (*type != kAbortMarker && *type != kCommitMarker)) return std::nullopt;
  if (!record.value || record.value->size() < 6) return std::nullopt;
  return EndMarker{*type == kCommitMarker, load_be<std::int32_t>(record.value->data() + 2), record.timestamp};
}

void ProducerTable::expire(WallTime before) {
  std::erase_if(producers_, [before](const auto& item) {
    const ProducerEntry& entry = item.second;
    const WallTime batch = entry.batch_count == 0 ? kNoTime : entry.batches[entry.batch_count - 1].timestamp;
    return entry.current_txn_first_offset == kNoOffset && std::max(batch, entry.marker_timestamp) < before;
  });
}

}  // namespace millrace::record
