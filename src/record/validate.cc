#include "record/validate.h"

#include <algorithm>
#include <optional>

#include "base/crc32c.h"
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
  bool before_epoch = false;  // a timestamp is negative, and not the one that stands for none
  bool decompressed = false;
  bool takes_long = false;
  std::vector<RecordFault> faults;
  std::int32_t fault_count = 0;

  void fault(std::int32_t index, std::string message) {
    ++fault_count;
    if (faults.size() < kMaxRecordErrors) faults.push_back({index, std::move(message)});
  }
};

// What stands at the beginning of `bytes`, told as Kafka tells it: nothing when they end before a batch does.
struct Frame {
  bool whole = false;
  bool corrupt = false;  // no batch has such a length or magic
  std::size_t size = 0;
};

Frame frame_of(Bytes bytes) {
  if (bytes.size() < kLengthPrefixBytes) return {};
  const auto length = load_be<std::int32_t>(bytes.data() + 8);
  if (length < static_cast<std::int32_t>(kMinLegacyBytes - kLengthPrefixBytes)) return {false, true, 0};
  if (bytes.size() <= kMagicAt) return {};
  if (static_cast<unsigned>(bytes[kMagicAt]) > 2) return {false, true, 0};
  const std::size_t size = kLengthPrefixBytes + static_cast<std::size_t>(length);
  return {size <= bytes.size(), false, size};
}

// What a request may carry at all; `size` is that of its one batch.
std::optional<ValidationFailure> check_frame(Bytes bytes, std::size_t& size) {
  const Frame first = frame_of(bytes);
  if (first.corrupt) return refuse(Refusal::corrupt, "the batch's length or version cannot be");
  if (!first.whole) return refuse(Refusal::not_one_batch, "there is no whole batch for the partition");
  if (static_cast<int>(bytes[kMagicAt]) < 2) {
    return refuse(Refusal::old_magic, "only record batches of magic 2 may be produced");
  }
  const Frame second = frame_of(bytes.subspan(first.size));
  if (second.corrupt) return refuse(Refusal::corrupt, "what follows the batch is no batch");
  if (second.whole) return refuse(Refusal::not_one_batch, "a produce request carries exactly one batch per partition");
  if (first.size < kBatchHeaderBytes) return refuse(Refusal::corrupt, "the batch is smaller than its header");
  size = first.size;
  return std::nullopt;
}

// The batch as a whole: everything that its header decides. Kafka's order. The header's numbers may be anything.
std::optional<ValidationFailure> check_header(Bytes bytes, const ValidationRules& rules) {
  const std::byte* at = bytes.data();
  const auto attributes = load_be<std::uint16_t>(at + 21);
  const auto codec = static_cast<unsigned>(attributes & kCodecBits);
  if (codec == static_cast<unsigned>(Codec::zstd) && !rules.zstd_allowed) {
    return refuse(Refusal::unsupported_codec, "produce requests before version 7 may not carry zstd");
  }
  if (load_be<std::int64_t>(at) != 0) return refuse(Refusal::invalid_batch, "the base offset must be 0");
  if (bytes.size() > rules.max_batch_bytes) {
    return refuse(Refusal::too_large, "the batch has " + std::to_string(bytes.size()) + " bytes, allowed are " +
                                          std::to_string(rules.max_batch_bytes) + " (max.message.bytes)");
  }
  if (crc32c(bytes.subspan(21)) != load_be<std::uint32_t>(at + 17)) {
    return refuse(Refusal::corrupt, "the batch's checksum is wrong");
  }
  if (codec > static_cast<unsigned>(Codec::zstd)) return refuse(Refusal::unsupported_codec, "there is no such codec");
  const auto count = load_be<std::int32_t>(at + 57);
  if (count <= 0 || std::int64_t{count} != std::int64_t{load_be<std::int32_t>(at + 23)} + 1) {
    return refuse(Refusal::invalid_batch, "the record count does not match the offsets");
  }
  if ((attributes & kControlBit) != 0) return refuse(Refusal::invalid_batch, "clients may not write control records");
  if (load_be<std::int64_t>(at + 43) >= 0 && load_be<std::int32_t>(at + 53) < 0) {
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

// One record; at most one fault is told of it.
void check_record(const Record& record, std::int32_t index, bool claims_append_time, const ValidationRules& rules,
                  WallTime now, Findings& found) {
  const bool timed = rules.timestamp_type == TimestampType::create_time && record.timestamp != kNoTime;
  if (rules.compacted && !record.key) {
    found.fault(index, "a compacted topic needs a key in every record");
  } else if (timed && !timestamp_allowed(record.timestamp, rules, now)) {
    found.bad_timestamp = true;
    found.fault(index, "timestamp " + std::to_string(record.timestamp.value()) + " is too far from the broker's " +
                           std::to_string(now.value()));
  } else if (!timed && claims_append_time) {
    found.bad_timestamp = true;
    found.fault(index, "a producer may not claim LogAppendTime");
  }
}

// Reads every record. Error: the records are not what their format demands, or do not decompress (`decompressed`).
Status check_records(const BatchView& batch, const ValidationRules& rules, WallTime now, Scratch& scratch,
                     Effort& effort, Findings& found) {
  auto reader = RecordReader::open(batch, scratch, effort.left);
  if (!reader) {
    found.takes_long =
        reader.error() == Error::too_large && effort.left < decompression_limit(batch.records().size());
    return reader.error();
  }
  found.decompressed = true;
  if (batch.codec() != Codec::none) effort.left -= scratch.bytes().size();
  const bool claims_append_time = batch.timestamp_type() == TimestampType::log_append_time;
  Record record;
  for (std::int32_t index = 0; reader->next(record); ++index) {
    if (record.offset_delta != index) found.dense = false;
    if (record.timestamp < kNoTime) found.before_epoch = true;
    check_record(record, index, claims_append_time, rules, now, found);
    if (record.timestamp > found.max_timestamp) {
      found.max_timestamp = record.timestamp;
      found.index_of_max = index;
    }
  }
  return reader->status();
}

// Takes `cost` off `effort`, if there is as much.
bool spend(Effort& effort, std::size_t cost) {
  if (cost > effort.left) return false;
  effort.left -= cost;
  return true;
}

ValidationFailure takes_long() { return refuse(Refusal::takes_long, "the batch takes long to validate"); }

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

Result<Buffer> recompressed(const BatchView& batch, Bytes records, const ValidationRules& rules, bool as_encoded) {
  const Codec codec = rules.compression.value_or(batch.codec());
  if (as_encoded) return rebuild(batch, records, codec, rules.compression_level);
  const auto plain = renumbered(batch);
  if (!plain) return plain.error();
  const auto plain_batch = BatchView::parse(plain->bytes());
  auto rebuilt = rebuild(batch, plain_batch->records(), codec, rules.compression_level);
  if (!rebuilt) return rebuilt.error();
  // The records count their times from their own first one.
  MutableBatch fields(rebuilt->writable());
  fields.set_base_timestamp(plain_batch->base_timestamp());
  fields.seal();
  return rebuilt;
}

// What the records are refused for, after all of them were read.
std::optional<ValidationFailure> judge_records(const BatchView& batch, Status read, Findings& found,
                                               bool other_codec) {
  if (found.takes_long) return takes_long();
  if (!read && !found.decompressed) {
    return read.error() == Error::too_large
               ? refuse(Refusal::too_large, "the records decompress to more than the broker allows")
               : refuse(Refusal::unreadable, "the records do not decompress");
  }
  if (!read) return refuse(Refusal::invalid_record, "the records are malformed, or not as many as declared");
  if (found.fault_count > 0) {
    return ValidationFailure{
        found.bad_timestamp ? Refusal::invalid_timestamp : Refusal::invalid_record,
        std::to_string(found.fault_count) + " of " + std::to_string(batch.count()) + " records were refused",
        std::move(found.faults)};
  }
  if (!found.dense && batch.codec() != Codec::none && !other_codec) {
    return refuse(Refusal::invalid_record, "the offsets of compressed records are not 0, 1, 2, ...");
  }
  if (other_codec && found.before_epoch) {
    return refuse(Refusal::invalid_timestamp, "records with a negative timestamp cannot be compressed anew");
  }
  return std::nullopt;
}

}  // namespace

Result<Validated, ValidationFailure> validate_produced(Buffer batch, const ValidationRules& rules, WallTime now,
                                                       Scratch& scratch) {
  Effort any;
  return validate_produced(std::move(batch), rules, now, scratch, any);
}

Result<Validated, ValidationFailure> validate_produced(Buffer bytes, const ValidationRules& rules, WallTime now,
                                                       Scratch& scratch, Effort& effort) {
  std::size_t size = 0;
  if (auto failure = check_frame(bytes.bytes(), size)) return std::move(*failure);
  if (size < bytes.size()) bytes = bytes.slice(0, size);
  if (!spend(effort, size / kPlainBytesPerEffort)) return takes_long();
  if (auto failure = check_header(bytes.bytes(), rules)) return std::move(*failure);
  const auto parsed = BatchView::parse(bytes.bytes());
  if (!parsed) return refuse(Refusal::corrupt, "the batch is larger than any may be");
  const BatchView batch = *parsed;

  Findings found;
  const Status read = check_records(batch, rules, now, scratch, effort, found);
  const bool other_codec = rules.compression && *rules.compression != batch.codec();
  if (auto failure = judge_records(batch, read, found, other_codec)) return std::move(*failure);

  Validated result;
  if (other_codec) {
    const Bytes records = batch.codec() == Codec::none ? batch.records() : scratch.bytes();
    if (effort.left / kEffortPerCompressedByte < records.size()) return takes_long();
    effort.left -= records.size() * kEffortPerCompressedByte;
    const bool as_encoded = found.dense && batch.timestamp_type() == TimestampType::create_time;
    auto rebuilt = recompressed(batch, records, rules, as_encoded);
    if (!rebuilt) return refuse(Refusal::unreadable, "the records could not be compressed anew");
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
  if (by_append || stored.max_timestamp() != result.max_timestamp || stored.timestamp_type() != rules.timestamp_type) {
    MutableBatch fields(result.batch.writable());
    fields.set_timestamp_type(rules.timestamp_type);
    fields.set_max_timestamp(result.max_timestamp);
    fields.seal();
  }
  return result;
}

}  // namespace millrace::record
