#include "record/validate.h"

#include <algorithm>

#include "record/batch_builder.h"
#include "record/limits.h"
#include "record/record_reader.h"

namespace millrace::record {
namespace {

ValidationFailure refuse(Refusal refusal, std::string message) { return {refusal, std::move(message), {}}; }

// What the records say, gathered in one pass.
struct Findings {
  WallTime max_timestamp = kNoTime;
  std::int32_t index_of_max = 0;
  bool dense = true;
  bool bad_timestamp = false;
  std::vector<RecordFault> faults;
  std::int32_t fault_count = 0;

  void fault(std::int32_t index, std::string message) {
    ++fault_count;
    if (faults.size() < kMaxRecordErrors) faults.push_back({index, std::move(message)});
  }
};

// The batch as a whole: everything that its header decides.
std::optional<ValidationFailure> check_header(Bytes bytes, const BatchView& batch, const ValidationRules& rules) {
  if (batch.is_legacy()) return refuse(Refusal::old_magic, "only record batches of magic 2 may be produced");
  if (batch.size() != bytes.size()) {
    return refuse(Refusal::not_one_batch, "a produce request carries exactly one batch per partition");
  }
  if (!batch.codec_known() || (batch.codec() == Codec::zstd && !rules.zstd_allowed)) {
    return refuse(Refusal::unsupported_codec, "produce requests before version 7 may not carry zstd");
  }
  if (batch.base_offset() != Offset(0)) return refuse(Refusal::invalid_batch, "the base offset must be 0");
  if (batch.size() > rules.max_batch_bytes) {
    return refuse(Refusal::too_large, "the batch has " + std::to_string(batch.size()) + " bytes, allowed are " +
                                          std::to_string(rules.max_batch_bytes) + " (max.message.bytes)");
  }
  if (!batch.crc_ok()) return refuse(Refusal::corrupt, "the batch's checksum is wrong");
  if (batch.count() <= 0 || std::int64_t{batch.count()} != std::int64_t{batch.last_offset_delta()} + 1) {
    return refuse(Refusal::invalid_batch, "the record count does not match the offsets");
  }
  if (batch.is_control()) return refuse(Refusal::invalid_batch, "clients may not write control records");
  if (batch.has_producer() && batch.base_sequence() < 0) {
    return refuse(Refusal::invalid_batch, "a batch with a producer id needs a sequence");
  }
  return std::nullopt;
}

bool timestamp_allowed(WallTime time, const ValidationRules& rules, WallTime now) {
  if (time == kNoTime) return true;
  // Differences of 64-bit times may overflow: compared in 128 bits.
  __extension__ using Wide = __int128;
  const Wide age = Wide{now.value()} - time.value();
  return age <= rules.timestamp_before_max.value() && -age <= rules.timestamp_after_max.value();
}

// Reads every record. Error: the records are not what their format demands.
Status check_records(const BatchView& batch, const ValidationRules& rules, WallTime now, Scratch& scratch,
                     Findings& found) {
  auto reader = RecordReader::open(batch, scratch);
  if (!reader) return reader.error();
  Record record;
  for (std::int32_t index = 0; reader->next(record); ++index) {
    if (record.offset_delta != index) found.dense = false;
    if (rules.compacted && !record.key) found.fault(index, "a compacted topic needs a key in every record");
    if (rules.timestamp_type == TimestampType::create_time && !timestamp_allowed(record.timestamp, rules, now)) {
      found.bad_timestamp = true;
      found.fault(index, "timestamp " + std::to_string(record.timestamp.value()) + " is too far from the broker's " +
                             std::to_string(now.value()));
    }
    if (index == 0 || record.timestamp > found.max_timestamp) {
      found.max_timestamp = record.timestamp;
      found.index_of_max = index;
    }
  }
  return reader->status();
}

// The records of `batch` with offsets 0, 1, 2 ...; as they are encoded, not compressed.
Result<Buffer> renumbered(const BatchView& batch) {
  Scratch scratch;
  auto reader = RecordReader::open(batch, scratch);
  if (!reader) return reader.error();
  BatchBuilder builder({});
  Record record;
  std::vector<Header> headers;
  while (reader->next(record)) {
    headers.clear();
    Header header;
    for (HeaderWalk walk = record.headers; walk.next(header);) headers.push_back(header);
    builder.add(record.timestamp, record.key, record.value, headers);
  }
  if (!reader->status().ok()) return reader->status().error();
  return builder.build();
}

Result<Buffer> recompressed(const BatchView& batch, Bytes records, const ValidationRules& rules, bool dense) {
  const Codec codec = rules.compression.value_or(batch.codec());
  const auto level = rules.compression ? rules.compression_level : std::nullopt;
  if (dense) return rebuild(batch, records, codec, level);
  const auto plain = renumbered(batch);
  if (!plain) return plain.error();
  const auto plain_batch = BatchView::parse(plain->bytes());
  return rebuild(batch, plain_batch->records(), codec, level);
}

}  // namespace

Result<Validated, ValidationFailure> validate_produced(Buffer bytes, const ValidationRules& rules, WallTime now,
                                                       Scratch& scratch) {
  const auto parsed = BatchView::parse(bytes.bytes());
  if (!parsed) {
    const bool nothing = bytes.size() < kLengthPrefixBytes || parsed.error() == Error::truncated;
    return nothing ? refuse(Refusal::not_one_batch, "there is no whole batch for the partition")
                   : refuse(Refusal::corrupt, "the batch's length or version cannot be");
  }
  const BatchView batch = *parsed;
  if (auto failure = check_header(bytes.bytes(), batch, rules)) return std::move(*failure);

  Findings found;
  if (const Status read = check_records(batch, rules, now, scratch, found); !read) {
    return read.error() == Error::too_large
               ? refuse(Refusal::too_large, "the records decompress to more than the broker allows")
               : refuse(Refusal::corrupt, "the records are malformed or do not decompress");
  }
  if (batch.timestamp_type() == TimestampType::log_append_time) {
    return refuse(Refusal::invalid_timestamp, "a producer may not claim LogAppendTime");
  }
  if (found.fault_count > 0) {
    return ValidationFailure{
        found.bad_timestamp ? Refusal::invalid_timestamp : Refusal::invalid_record,
        std::to_string(found.fault_count) + " of " + std::to_string(batch.count()) + " records were refused",
        std::move(found.faults)};
  }
  if (!found.dense && batch.codec() == Codec::none) {
    return refuse(Refusal::invalid_record, "the records' offsets are not 0, 1, 2, ...");
  }

  Validated result;
  const bool other_codec = rules.compression && *rules.compression != batch.codec();
  if (other_codec || !found.dense) {
    const Bytes records = batch.codec() == Codec::none ? batch.records() : scratch.bytes();
    auto rebuilt = recompressed(batch, records, rules, found.dense);
    if (!rebuilt) return refuse(Refusal::corrupt, "the records could not be compressed anew");
    result.batch = std::move(*rebuilt);
    result.recompressed = true;
    if (result.batch.size() > rules.max_batch_bytes) {
      return refuse(Refusal::too_large, "the batch exceeds max.message.bytes after it was compressed anew");
    }
  } else {
    result.batch = std::move(bytes);
  }

  const bool by_append = rules.timestamp_type == TimestampType::log_append_time;
  result.max_timestamp = by_append ? now : found.max_timestamp;
  const BatchView stored = BatchView::parse(result.batch.bytes()).value();
  result.offset_of_max_timestamp = Offset(by_append ? stored.last_offset_delta() : found.index_of_max);
  if (by_append || stored.max_timestamp() != result.max_timestamp) {
    MutableBatch fields(result.batch.writable());
    fields.set_timestamp_type(rules.timestamp_type);
    fields.set_max_timestamp(result.max_timestamp);
    fields.seal();
  }
  return result;
}

}  // namespace millrace::record
