#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "millrace/result.h"
#include "client/producer/encoded_record.h"
#include "client/producer/options.h"
#include "record/batch_builder.h"

namespace millrace::client {

// What became of one record. `error`: null when it was written.
struct Delivered {
  std::string_view topic;  // valid during the call
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::int64_t timestamp_ms = -1;
  const Error* error = nullptr;
};
using Delivery = Callback<void(const Delivered&)>;

// Records of one partition that travel together, from the first record to the broker's answer.
class Batch {
 public:
  // `number`: batches of one producer are numbered as they begin.
  Batch(const ProducerOptions& options, MonoTime now, std::uint64_t number = 0);

  // Whether a record of so many bytes still fits; the first one always does.
  bool takes(std::size_t bytes) const;
  // `now`: of a record without a time of its own.
  void add(const EncodedRecord& record, WallTime now, Delivery delivery);

  MonoTime begun() const { return begun_; }
  std::int32_t count() const { return static_cast<std::int32_t>(deliveries_.size()); }
  // Bytes of records, without compression: what counts against buffer.memory.
  std::size_t bytes() const { return bytes_; }
  bool full() const;

  // Ends the batch with the producer's identity (none: kNoProducer). Again after a change of identity.
  void seal(ProducerId id, ProducerEpoch epoch, std::int32_t sequence);
  bool sealed() const { return !wire_.empty(); }
  std::int32_t sequence() const { return sequence_; }
  ProducerEpoch epoch() const { return epoch_; }
  // As sent. Precondition: sealed.
  Bytes wire() const { return wire_.bytes(); }

  // Tells every record. `base`: the first one's offset, -1 unknown; `append_time`: -1 for the records' own times.
  void succeed(std::string_view topic, std::int32_t partition, std::int64_t base, std::int64_t append_time);
  void fail(std::string_view topic, std::int32_t partition, const Error& error);
  // Fails these records of the batch for their own reasons (KIP-467), the others with `error`.
  struct Refused {
    std::int32_t index;
    Error error;
  };
  void fail(std::string_view topic, std::int32_t partition, const Error& error, const std::vector<Refused>& refused);
  // Two halves with their deliveries, for a broker that finds the batch too large. Precondition: count() > 1, sealed.
  std::vector<std::unique_ptr<Batch>> split(const ProducerOptions& options);

  std::uint64_t order = 0;
  std::uint32_t attempts = 0;   // sent so often
  MonoTime not_before;          // of the next attempt
  bool numbered = false;        // has its sequences
  bool may_be_written = false;  // an attempt has ended without the broker's word

 private:
  struct Told {
    WallTime timestamp;
    Delivery delivery;
  };
  MonoTime begun_;
  std::size_t limit_;
  record::BatchBuilder builder_;
  std::vector<Told> deliveries_;
  std::size_t bytes_ = 0;
  Buffer wire_;
  std::int32_t sequence_ = -1;
  ProducerEpoch epoch_ = kNoProducerEpoch;
};
using BatchPtr = std::shared_ptr<Batch>;

}  // namespace millrace::client
