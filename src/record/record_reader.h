#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "record/batch.h"
#include "record/codec.h"

namespace millrace::record {

// One header of a record. `value` is nothing for null.
struct Header {
  Bytes key;
  std::optional<Bytes> value;
};

// The headers of one record, decoded on the way; they have been checked already.
//   for (HeaderWalk walk = record.headers; walk.next(header);) use(header);
class HeaderWalk {
 public:
  HeaderWalk() = default;
  HeaderWalk(Bytes encoded, std::int32_t count) : rest_(encoded), left_(count) {}
  std::int32_t left() const { return left_; }
  // What has not been walked, as it stands in the record.
  Bytes encoded() const { return rest_; }
  bool next(Header& header);

 private:
  Bytes rest_;
  std::int32_t left_ = 0;
};

// One record of a batch. The bytes belong to the batch or to the scratch that it was decompressed into.
struct Record {
  Offset offset = kNoOffset;
  WallTime timestamp = kNoTime;  // with LogAppendTime the batch's
  std::int32_t sequence = -1;    // -1 without a producer
  std::int32_t offset_delta = 0;
  std::optional<Bytes> key;    // nothing: null
  std::optional<Bytes> value;  // nothing: null
  HeaderWalk headers;
};

// Goes through the records of one batch of magic 2.
//   auto reader = RecordReader::open(batch, scratch);
//   while (reader->next(record)) ...
//   if (!reader->status()) damaged
class RecordReader {
 public:
  // Decompresses if the batch is compressed: `scratch` then holds the bytes and must live as long as the records are
  // used. Errors as decompress(); Error::unsupported for magic 0 and 1. At most `limit` bytes are decompressed.
  static Result<RecordReader> open(const BatchView& batch, Scratch& scratch, std::size_t limit = SIZE_MAX);

  // The next record. False after the last one, and at damage: see status().
  bool next(Record& record);
  // Success, or after next() was false: Error::corrupt for a malformed record, or for bytes behind the last one.
  const Status& status() const { return status_; }

 private:
  RecordReader(const BatchView& batch, Bytes records);
  bool parse(Record& record);

  Bytes rest_;
  std::int32_t left_ = 0;
  Offset base_offset_;
  WallTime base_timestamp_;
  WallTime append_time_ = kNoTime;
  std::int32_t base_sequence_ = -1;
  Status status_;
};

// What a control batch says (its first record's key): 0 abort and 1 commit of a transaction, 2 leader change,
// 3 and 4 snapshot header and footer, 5 kraft version, 6 voters. Error::corrupt without a version and type.
Result<std::int16_t> control_type(const Record& record);

}  // namespace millrace::record
