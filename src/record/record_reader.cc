#include "record/record_reader.h"

#include <algorithm>

#include "base/varint.h"

namespace millrace::record {
namespace {

// Takes numbers and byte strings off the front; fails for good at the first thing that does not fit.
struct Cursor {
  Bytes rest;
  bool ok = true;

  // Most numbers of a record are one byte long.
  bool one_byte() const { return !rest.empty() && rest.front() < std::byte{0x80}; }
  std::uint32_t take_byte() {
    const auto byte = static_cast<std::uint32_t>(rest.front());
    rest = rest.subspan(1);
    return byte;
  }
  std::int32_t varint() {
    if (one_byte()) return unzigzag(take_byte());
    std::int32_t value = 0;
    take(get_varint(rest, value));
    return value;
  }
  std::int64_t varlong() {
    if (one_byte()) return unzigzag(take_byte());
    std::int64_t value = 0;
    take(get_varlong(rest, value));
    return value;
  }
  void take(std::size_t size) {
    if (size == 0 || size > rest.size()) ok = false;
    if (ok) rest = rest.subspan(size);
  }
  // A length and as many bytes; nothing for length -1.
  std::optional<Bytes> nullable() {
    const std::int32_t length = varint();
    if (!ok || length == -1) return std::nullopt;
    if (length < 0 || static_cast<std::size_t>(length) > rest.size()) {
      ok = false;
      return std::nullopt;
    }
    const Bytes bytes = rest.first(static_cast<std::size_t>(length));
    rest = rest.subspan(bytes.size());
    return bytes;
  }
  Header header() {
    Header header;
    const auto key = nullable();
    if (!key) ok = false;
    if (ok) header.key = *key;
    header.value = ok ? nullable() : std::nullopt;
    return header;
  }
};

}  // namespace

bool HeaderWalk::next(Header& header) {
  if (left_ == 0) return false;
  Cursor cursor{rest_};
  header = cursor.header();
  rest_ = cursor.rest;
  --left_;
  return cursor.ok;
}

Result<RecordReader> RecordReader::open(const BatchView& batch, Scratch& scratch, std::size_t limit) {
  if (batch.is_legacy() || !batch.codec_known()) return Error::unsupported;
  const Bytes stored = batch.records();
  // What compaction leaves of a batch without records keeps its codec bits but has nothing to decompress.
  if (batch.count() == 0 && stored.empty()) return RecordReader(batch, stored);
  if (batch.codec() == Codec::none) return RecordReader(batch, stored);
  auto records = decompress(batch.codec(), stored, std::min(limit, decompression_limit(stored.size())), scratch);
  if (!records) return records.error();
  return RecordReader(batch, *records);
}

RecordReader::RecordReader(const BatchView& batch, Bytes records)
    : rest_(records),
      left_(batch.count()),
      base_offset_(batch.base_offset()),
      base_timestamp_(batch.base_timestamp()),
      append_time_(batch.timestamp_type() == TimestampType::log_append_time ? batch.max_timestamp() : kNoTime),
      base_sequence_(batch.base_sequence()) {}

bool RecordReader::next(Record& record) {
  if (!status_.ok()) return false;
  if (left_ == 0) {
    if (!rest_.empty()) status_ = Error::corrupt;
    return false;
  }
  if (!parse(record)) {
    status_ = Error::corrupt;
    return false;
  }
  --left_;
  return true;
}

bool RecordReader::parse(Record& record) {
  Cursor outer{rest_};
  const auto whole = outer.nullable();
  if (!outer.ok || !whole || whole->empty()) return false;
  Cursor cursor{whole->subspan(1)};  // the attributes byte has no bits in use
  const std::int64_t timestamp_delta = cursor.varlong();
  record.offset_delta = cursor.varint();
  record.key = cursor.ok ? cursor.nullable() : std::nullopt;
  record.value = cursor.ok ? cursor.nullable() : std::nullopt;
  const std::int32_t headers = cursor.varint();
  if (!cursor.ok || headers < 0 || static_cast<std::size_t>(headers) > cursor.rest.size() / 2) return false;
  record.headers = HeaderWalk(cursor.rest, headers);
  for (std::int32_t i = 0; i < headers && cursor.ok; ++i) static_cast<void>(cursor.header());
  if (!cursor.ok || !cursor.rest.empty()) return false;

  // Sums of what a stranger wrote may overflow: unsigned arithmetic wraps as Java's does.
  const auto base = static_cast<std::uint64_t>(base_timestamp_.value());
  record.timestamp = append_time_ != kNoTime
                         ? append_time_
                         : WallTime(static_cast<std::int64_t>(base + static_cast<std::uint64_t>(timestamp_delta)));
  record.offset = Offset(static_cast<std::int64_t>(static_cast<std::uint64_t>(base_offset_.value()) +
                                                   static_cast<std::uint64_t>(std::int64_t{record.offset_delta})));
  record.sequence =
      base_sequence_ < 0 || record.offset_delta < 0 ? -1 : sequence_plus(base_sequence_, record.offset_delta);
  rest_ = outer.rest;
  return true;
}

Result<std::int16_t> control_type(const Record& record) {
  if (!record.key || record.key->size() < 4) return Error::corrupt;
  return load_be<std::int16_t>(record.key->data() + 2);
}

}  // namespace millrace::record
