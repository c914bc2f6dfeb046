#pragma once

#include <algorithm>
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

// The part of a record that is the same in whatever batch it stands: key, value and headers, encoded. How long it is,
// and writing it; returns the place behind it.
std::size_t body_size(const std::optional<Bytes>& key, const std::optional<Bytes>& value,
                      std::span<const Header> headers);
std::byte* put_body(std::byte* to, const std::optional<Bytes>& key, const std::optional<Bytes>& value,
                    std::span<const Header> headers);
// The key that a body begins with; nothing for null. Precondition: of put_body.
std::optional<Bytes> key_of_body(Bytes body);
// The value behind it; nothing for null. Precondition: of put_body.
std::optional<Bytes> value_of_body(Bytes body);

// Takes the first of some records off, and returns its body. Precondition: `records` are a builder's, and not empty.
Bytes take_body(Bytes& records);

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

  // A record with the next offset whose body is encoded already; or is written, so many bytes, to where this says
  // before anything else happens.
  void add_body(WallTime timestamp, Bytes body);
  std::byte* add_body(WallTime timestamp, std::size_t size) { return begin(last_delta_ + 1, timestamp, size); }
  // Makes the batch in this memory, as far as it suffices; nobody else may use it while the batch is in use.
  // Precondition: empty.
  void use(Buffer space) { space_ = std::move(space); }

  // Who the batch is from, if that was not known when it began.
  void set_producer(ProducerId id, ProducerEpoch epoch, std::int32_t base_sequence) {
    options_.producer_id = id;
    options_.producer_epoch = epoch;
    options_.base_sequence = base_sequence;
  }

  std::int32_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  // Bytes of the batch without compression.
  std::size_t size_estimate() const { return used_; }
  // The records so far, for take_body().
  Bytes records() const { return space_.bytes().first(used_).subspan(std::min(used_, kBatchHeaderBytes)); }

  // The batch. With LogAppendTime its maximum timestamp is `append_time`, otherwise the greatest of the records.
  // Precondition: not empty. The builder is empty again afterwards.
  Buffer build(WallTime append_time = kNoTime);

 private:
  // Begins a record whose body takes so many bytes; returns where that goes.
  std::byte* begin(std::int32_t offset_delta, WallTime timestamp, std::size_t body);

  void make_room(std::size_t bytes);

  BatchOptions options_;
  Buffer space_;                        // the batch as it grows; its header is written at the end
  std::size_t used_ = kBatchHeaderBytes;
  std::int32_t count_ = 0;
  std::int32_t last_delta_ = -1;
  WallTime base_timestamp_ = kNoTime;
  WallTime max_timestamp_ = kNoTime;
};

// A batch with the header of `like` (producer, epochs, attributes, offsets) around other records: `records` as encoded
// and not compressed, which this compresses with `codec`. For re-compression. Errors as compress().
Result<Buffer> rebuild(const BatchView& like, Bytes records, Codec codec, std::optional<int> level);

}  // namespace millrace::record
