// The small files of a log directory: the first byte chooses the parser, the rest is the file. What is accepted and can
// be written again must be read again as the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>

#include "base/assert.h"
#include "base/crc32c.h"
#include "inspect/checkpoint_file.h"
#include "log/epochs.h"
#include "log/journal_format.h"
#include "log/mark_file.h"
#include "log/partition_metadata.h"
#include "log/segment_index.h"
#include "log/transactions.h"

namespace millrace {
namespace {

void offset_and_time_index(Bytes bytes) {
  const std::size_t half = bytes.size() / 2;
  log::SegmentIndex index(Offset(0));
  if (!index.load(bytes.first(half), bytes.subspan(half), UINT32_MAX)) return;
  MR_ASSERT(same_bytes(as_bytes(index.encode_offsets(0)), bytes.first(half)));
}

void aborted(Bytes bytes) {
  const auto parsed = log::parse_aborted(bytes, Offset(0));
  if (parsed) MR_ASSERT(log::parse_aborted(as_bytes(log::encode_aborted(*parsed, 0)), Offset(0)) == parsed);
}

void snapshot(Bytes bytes) {
  const auto parsed = log::ProducerState::parse(bytes, WallTime(INT64_MIN));
  if (parsed) MR_ASSERT(log::ProducerState::parse(as_bytes(parsed->encode()), WallTime(INT64_MIN)).ok());
}

void checkpoint(Bytes bytes) {
  const auto parsed = inspect::parse_checkpoint_file(as_text(bytes));
  if (parsed) MR_ASSERT(inspect::parse_checkpoint_file(inspect::encode_checkpoint_file(*parsed)).ok());
}

void epochs(Bytes bytes) {
  const auto parsed = log::EpochTable::parse(as_text(bytes));
  if (parsed) MR_ASSERT(log::EpochTable::parse(parsed->encode())->entries() == parsed->entries());
}

void mark(Bytes bytes) {
  const auto parsed = log::parse_mark(bytes);
  if (parsed) MR_ASSERT(log::parse_mark(log::encode_mark(parsed->first, parsed->second))->second == parsed->second);
}

void partition_metadata(Bytes bytes) { static_cast<void>(log::parse_partition_metadata(as_text(bytes))); }

// With its lengths and checksum made good, so that the table is reached.
void journal_round(Bytes bytes) {
  if (bytes.size() < log::kRoundHeadBytes) return;
  Buffer round = Buffer::copy_of(bytes);
  auto head = log::parse_round_head(round.bytes());
  if (!head) return;
  const std::size_t behind = bytes.size() - log::kRoundHeadBytes;
  head->table_bytes = static_cast<std::uint32_t>(std::min<std::size_t>(head->table_bytes, behind));
  head->data_bytes = behind - head->table_bytes;
  head->crc = crc32c(round.bytes().first(log::kRoundHeadBytes - 4));
  head->crc = crc32c(round.bytes().subspan(log::kRoundHeadBytes), head->crc);
  static_cast<void>(log::parse_round(*head, round.bytes()));
}

constexpr void (*kParsers[])(Bytes) = {offset_and_time_index, aborted, snapshot, checkpoint,
                                       epochs,                mark,    partition_metadata, journal_round};

}  // namespace
}  // namespace millrace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data, size));
  millrace::kParsers[data[0] % std::size(millrace::kParsers)](bytes.subspan(1));
  return 0;
}
