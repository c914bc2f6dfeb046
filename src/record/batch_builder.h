#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "record/batch.h"
#include "record/record_reader.h"

namespace millrace::record {

// What a new batch says besides its records.
struct BatchOptions {
  Codec codec = Codec::none;
  std::optional<int> level;  // of the codec; Kafka's default without
  TimestampType timestamp_type = TimestampType::create_time;
  Offset base_offset{0};
  LeaderEpoch leader_epoch = kNoEpoch;
  ProducerId producer_id = kNoProducer;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  std::int32_t base_sequence = -1;
  bool transactional = false;
  bool control = false;
};

// Makes one batch of magic 2, record by record.
class BatchBuilder {
 public:
  explicit BatchBuilder(const BatchOptions& options) : options_(options) {}

  // Adds a record with the next offset. The bytes are copied.
  void add(WallTime timestamp, std::optional<Bytes> key, std::optional<Bytes> value,
           std::span<const Header> headers = {});
  // A record `offset_delta` behind the base offset, which must be above the last one's: for batches with holes.
  void add_at(std::int32_t offset_delta, WallTime timestamp, std::optional<Bytes> key, std::optional<Bytes> value,
              std::span<const Header> headers = {});

  std::int32_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  // Bytes of the batch without compression.
  std::size_t size_estimate() const { return kBatchHeaderBytes + records_.size(); }

  // The batch. With LogAppendTime its maximum timestamp is `append_time`, otherwise the greatest of the records.
  // Precondition: not empty. The builder is empty again afterwards.
  Buffer build(WallTime append_time = kNoTime);

 private:
  BatchOptions options_;
  std::vector<std::byte> records_;
  std::int32_t count_ = 0;
  std::int32_t last_delta_ = -1;
  WallTime base_timestamp_ = kNoTime;
  WallTime max_timestamp_ = kNoTime;
};

// A batch with the header of `like` (producer, epochs, attributes, offsets) around other records: `records` as encoded
// and not compressed, which this compresses with `codec`. For re-compression. Errors as compress().
Result<Buffer> rebuild(const BatchView& like, Bytes records, Codec codec, std::optional<int> level);

}  // namespace millrace::record
