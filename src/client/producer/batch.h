#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "client/producer/encoded_record.h"
#include "client/producer/options.h"
#include "millrace/record.h"
#include "millrace/result.h"
#include "ports/logger.h"
#include "record/batch_builder.h"

namespace millrace::client {

// What delivery callbacks are called in the log, where they have thrown.
inline constexpr std::string_view kDelivery = "a delivery callback";

// Records of one partition that travel together, from the first record to the broker's answer.
class Batch {
  struct Told {
    WallTime timestamp;
    DeliveryCallback delivery;  // may be empty
  };

 public:
  // Memory for a batch, of one that has ended or none yet.
  struct Space {
    Buffer bytes;
    std::vector<Told> told;
  };
  // `number`: batches of one producer are numbered as they begin.
  Batch(const ProducerOptions& options, MonoTime now, std::uint64_t number = 0, Space space = {});
  // For another one. Precondition: it has its end, and nobody sends or reads it any more.
  Space take_space();

  // Whether a record of so many bytes still fits; the first one always does.
  bool takes(std::size_t bytes) const;
  // `now`: of a record without a time of its own.
  void add(const EncodedRecord& record, WallTime now, DeliveryCallback&& delivery);
  // A record whose body, so many bytes, is written to where this says before anything else happens.
  std::byte* add(std::size_t body, WallTime timestamp, DeliveryCallback&& delivery);
  // Calls `use` (Bytes body, WallTime, DeliveryCallback&&) for each record; then it is empty. Precondition: not sealed.
  template <typename Use>
  void take_apart(Use use) {
    Bytes rest = builder_.records();
    for (Told& told : deliveries_) use(record::take_body(rest), told.timestamp, std::move(told.delivery));
    deliveries_.clear();
    bytes_ = 0;
  }

  MonoTime begun() const { return begun_; }
  std::int32_t count() const { return static_cast<std::int32_t>(deliveries_.size()); }
  // Bytes of records, without compression: what counts against buffer.memory.
  std::size_t bytes() const { return bytes_; }
  bool full() const;

  // Ends the batch with the producer's identity (none: kNoProducer). Again after a change of identity, in other memory:
  // what was sent before may still be on its way out.
  void seal(ProducerId id, ProducerEpoch epoch, std::int32_t sequence);
  bool sealed() const { return !wire_.empty(); }
  std::int32_t sequence() const { return sequence_; }
  ProducerEpoch epoch() const { return epoch_; }
  // As sent. Precondition: sealed.
  const Buffer& wire() const { return wire_; }

  // Tells every record; of callbacks that throw, a line in `log`. `base`: the first one's offset, -1 unknown;
  // `append_time`: -1 for the records' own times.
  void succeed(const std::string& topic, std::int32_t partition, std::int64_t base, std::int64_t append_time,
               ports::Logger& log);
  // Fails these records of the batch for their own reasons (KIP-467), the others with `error`.
  struct Refused {
    std::int32_t index;
    Error error;
  };
  void fail(const Error& error, const std::vector<Refused>& refused, ports::Logger& log);
  // Two halves with their deliveries, for a broker that finds the batch too large. Precondition: count() > 1, sealed.
  std::vector<std::unique_ptr<Batch>> split(const ProducerOptions& options);

  std::uint64_t order = 0;
  std::uint32_t attempts = 0;   // sent so often
  MonoTime not_before;          // of the next attempt
  bool numbered = false;        // has its sequences
  bool may_be_written = false;  // an attempt has ended without the broker's word

 private:
  MonoTime begun_;
  std::size_t limit_;
  Buffer space_;
  record::BatchBuilder builder_;
  std::vector<Told> deliveries_;
  std::size_t bytes_ = 0;
  Buffer wire_;
  std::int32_t sequence_ = -1;
  ProducerEpoch epoch_ = kNoProducerEpoch;
};
using BatchPtr = std::shared_ptr<Batch>;

}  // namespace millrace::client
