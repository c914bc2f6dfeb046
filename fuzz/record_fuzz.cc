// A batch as a client, a disk or another broker may give it. The first byte chooses the topic's settings and whether
// length and checksum are made good, so that what is behind them is reached; the rest is the batch. What validation
// takes is a whole batch with a right checksum and exactly its records, and is taken again as it is.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/assert.h"
#include "base/crc32c.h"
#include "record/legacy.h"
#include "record/record_reader.h"
#include "record/validate.h"

namespace millrace::record {
namespace {

constexpr WallTime kNow{1'700'000'000'000};
constexpr unsigned kMended = 0x80;
constexpr unsigned kCompacted = 0x40;
constexpr unsigned kAppendTime = 0x20;

ValidationRules rules_of(unsigned choice) {
  ValidationRules rules;
  rules.compacted = (choice & kCompacted) != 0;
  if ((choice & kAppendTime) != 0) rules.timestamp_type = TimestampType::log_append_time;
  if (const unsigned codec = choice & 7; codec <= static_cast<unsigned>(Codec::zstd)) {
    rules.compression = static_cast<Codec>(codec);
  }
  return rules;
}

void mend(Buffer& batch) {
  if (batch.size() < kBatchHeaderBytes) return;
  std::memset(batch.data(), 0, 8);
  store_be(batch.data() + 8, static_cast<std::int32_t>(batch.size() - kLengthPrefixBytes));
  batch.data()[kMagicAt] = std::byte{2};
  store_be(batch.data() + 17, crc32c(batch.bytes().subspan(21)));
}

std::int32_t records_of(Bytes bytes) {
  const auto batch = BatchView::parse(bytes);
  MR_ASSERT(batch.ok() && batch->crc_ok() && batch->size() == bytes.size());
  Scratch scratch;
  auto reader = RecordReader::open(*batch, scratch);
  MR_ASSERT(reader.ok());
  std::int32_t count = 0;
  for (Record record; reader->next(record);) ++count;
  MR_ASSERT(reader->status().ok() && count == batch->count());
  return count;
}

void validate(Bytes bytes, unsigned choice) {
  Buffer batch = Buffer::copy_of(bytes);
  if ((choice & kMended) != 0) mend(batch);
  ValidationRules rules = rules_of(choice);
  Scratch scratch;
  Effort little{4096};
  const auto soon = validate_produced(Buffer::copy_of(batch.bytes()), rules, kNow, scratch, little);
  const auto valid = validate_produced(std::move(batch), rules, kNow, scratch);
  MR_ASSERT(soon.ok() == valid.ok() || (!soon && soon.error().refusal == Refusal::takes_long));
  if (!valid) return;
  const std::int32_t count = records_of(valid->batch.bytes());
  const auto again = validate_produced(Buffer::copy_of(valid->batch.bytes()), rules, kNow, scratch);
  MR_ASSERT(again.ok() || rules.timestamp_type == TimestampType::log_append_time);
  if (again) MR_ASSERT(!again->recompressed && records_of(again->batch.bytes()) == count);
}

void read_legacy(Bytes bytes) {
  const auto entry = BatchView::parse(bytes);
  if (!entry || !entry->is_legacy() || entry->size() > bytes.size()) return;
  Scratch scratch;
  static_cast<void>(each_legacy_message(*entry, scratch, [](Offset, WallTime) { return true; }));
  static_cast<void>(each_legacy_record(*entry, scratch, [](const LegacyMessage&) { return true; }));
}

}  // namespace
}  // namespace millrace::record

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  millrace::record::validate(bytes, data[0]);
  millrace::record::read_legacy(bytes);
  return 0;
}
