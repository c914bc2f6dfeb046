#include "log/trust_active.h"

#include <array>
#include <utility>

#include "log/file_scan.h"
#include "log/limits.h"
#include "log/names.h"
#include "log/side_files.h"

namespace millrace::log {

void note_first_timestamp(ports::BlockingFile& file, std::uint64_t size, SegmentIndex& index) {
  if (size == 0) return;
  std::array<std::byte, record::kBatchHeaderBytes> bytes{};
  const auto got = file.read(FilePosition(0), bytes);
  if (!got) return;
  const auto batch = record::BatchView::parse_header(Bytes(bytes).first(*got));
  if (batch) index.set_first_timestamp(batch->max_timestamp());
}

std::optional<RecoveredSegment> trust_active(ports::BlockingFiles& files, const std::string& directory, Offset base,
                                             ports::BlockingFile& file, std::uint64_t size) {
  const auto offsets = read_side_file(files, directory, base, kIndexSuffix, kMaxIndexBytes);
  const auto times = read_side_file(files, directory, base, kTimeIndexSuffix, kMaxIndexBytes);
  auto aborted = read_aborted(files, directory, base);
  if (!offsets || !times || !aborted || (size > 0 && times->empty())) return std::nullopt;
  RecoveredSegment segment{SegmentIndex(base), size, {}, true, {}};
  if (!segment.index.load(as_bytes(*offsets), as_bytes(*times), size)) return std::nullopt;
  const SegmentIndex::Hint hint = segment.index.last_hint();
  FileScan batches(file, hint.position, size);
  Offset next = base;
  bool right = true;
  for (bool first = true; right && batches.next(); first = false) {
    const record::BatchView& batch = batches.batch();
    right = batch.base_offset() >= next && batch.last_offset() - base <= INT32_MAX &&
            (!first || hint.last_offset == kNoOffset || batch.last_offset() == hint.last_offset);
    next = batch.next_offset();
  }
  if (!right || batches.stop() != FileScan::Stop::end) return std::nullopt;
  if (segment.index.max_timestamp_offset() >= next) return std::nullopt;
  segment.index.continue_at(next);
  note_first_timestamp(file, size, segment.index);
  segment.aborted = std::move(*aborted);
  segment.written = {segment.index.offset_count(), segment.index.time_count(), segment.aborted.size()};
  return segment;
}

}  // namespace millrace::log
