#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "record/batch.h"
#include "record/codec.h"

namespace millrace::record {

// Why a produced batch is refused. Beside each: Kafka's error code that the broker answers with.
enum class Refusal : std::uint8_t {
  corrupt,            // CORRUPT_MESSAGE: checksum, length or framing is wrong
  unreadable,         // CORRUPT_MESSAGE: the records do not decompress
  not_one_batch,      // INVALID_RECORD: none, or more than one
  old_magic,          // INVALID_RECORD: magic 0 or 1, which no client of 4.x sends
  invalid_batch,      // INVALID_RECORD: base offset, count, control bit, sequence
  invalid_record,     // INVALID_RECORD: not as many records as declared, one is malformed, a compressed one's offset is
                      // not dense, or a compacted topic got a null key
  invalid_timestamp,  // INVALID_TIMESTAMP: outside the limits, or a record claims LogAppendTime where that is checked
  too_large,          // MESSAGE_TOO_LARGE
  unsupported_codec,  // UNSUPPORTED_COMPRESSION_TYPE: zstd before produce version 7, or no codec of Kafka's
  takes_long,         // no refusal: nothing was decided, since it would take more than the caller's effort
};

// One record that is at fault: `index` counts from 0 within the batch.
struct RecordFault {
  std::int32_t index = 0;
  std::string message;
};

struct ValidationFailure {
  Refusal refusal = Refusal::corrupt;
  std::string message;               // for the whole batch, for people
  std::vector<RecordFault> records;  // at most kMaxRecordErrors
};

// The topic's settings that validation obeys.
struct ValidationRules {
  std::uint64_t max_batch_bytes = 1'048'588;                  // max.message.bytes, as stored
  TimestampType timestamp_type = TimestampType::create_time;  // message.timestamp.type
  Millis timestamp_before_max{INT64_MAX};                     // message.timestamp.before.max.ms
  Millis timestamp_after_max{3'600'000};                      // message.timestamp.after.max.ms
  bool compacted = false;                                     // cleanup.policy has compact: no null keys
  std::optional<Codec> compression;                           // compression.type; nothing: producer
  std::optional<int> compression_level;                       // compression.<codec>.level
  bool zstd_allowed = true;                                   // produce version 7 and above
};

// A batch that may be appended.
struct Validated {
  Buffer batch;  // the one that came, changed in place, or a new one when it had to be compressed anew
  WallTime max_timestamp = kNoTime;
  Offset offset_of_max_timestamp;  // counted from 0; the last offset with LogAppendTime
  bool recompressed = false;
};

// Checks what a client's produce request carries for one partition, as the leader's log would append it (Kafka's rules,
// docs/formats/record-batch.md), and makes it ready: timestamp type and maximum timestamp are set, the checksum
// follows, and with a fixed compression.type the records are compressed anew. Offsets and leader epoch are set at
// append. Bytes behind the batch that begin no other are left out, as Kafka does. `batch` must belong to the caller
// alone. `now`: the wall clock, for LogAppendTime and the limits around it.
// `scratch` is used for decompression, which is never skipped.
Result<Validated, ValidationFailure> validate_produced(Buffer batch, const ValidationRules& rules, WallTime now,
                                                       Scratch& scratch);

// How long validation may take, counted in bytes that come out of decompression; what was spent is taken off. Reading
// plain records costs a part of that, compressing them anew several times as much (limits.h).
struct Effort {
  std::size_t left = SIZE_MAX;
};

// The same within `effort`. Refusal::takes_long when that does not suffice: then the batch is as it was.
Result<Validated, ValidationFailure> validate_produced(Buffer batch, const ValidationRules& rules, WallTime now,
                                                       Scratch& scratch, Effort& effort);

}  // namespace millrace::record
