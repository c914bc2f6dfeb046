#include "inspect/verify_segment.h"

#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "log/file_scan.h"
#include "log/segment_index.h"

namespace millrace::inspect {
namespace {

// How many entries there are before the zeros at the end.
std::size_t used_entries(std::string_view bytes, std::size_t entry) {
  std::size_t count = bytes.size() / entry;
  const auto is_zero = [&](std::size_t i) {
    const auto one = bytes.substr(i * entry, entry);
    return std::all_of(one.begin(), one.end(), [](char c) { return c == 0; });
  };
  while (count > 0 && is_zero(count - 1)) --count;
  return count;
}

}  // namespace

void check_offset_index(const SegmentFacts& segment, const std::string& path, std::string_view bytes,
                        std::vector<Finding>& findings) {
  constexpr std::size_t kEntry = log::kOffsetEntryBytes;
  if (bytes.size() % kEntry != 0) findings.push_back({path, bytes.size(), kNoOffset, "ends inside an entry"});
  const std::size_t count = used_entries(bytes, kEntry);
  for (std::size_t i = 0; i < count; ++i) {
    const std::byte* entry = as_bytes(bytes).data() + i * kEntry;
    const Offset offset = segment.base + load_be<std::int32_t>(entry);
    const auto position = load_be<std::uint32_t>(entry + sizeof(std::int32_t));
    const auto batch = std::lower_bound(segment.batches.begin(), segment.batches.end(), std::uint64_t{position},
                                        [](const BatchFacts& one, std::uint64_t at) { return one.position < at; });
    if (batch == segment.batches.end() || batch->position != position) {
      findings.push_back({path, i * kEntry, offset, "no batch begins at position " + std::to_string(position)});
    } else if (batch->last != offset) {
      findings.push_back({path, i * kEntry, offset,
                          "the batch at position " + std::to_string(position) + " ends with offset " +
                              std::to_string(batch->last.value())});
    }
  }
}

void check_time_index(const SegmentFacts& segment, const std::string& path, std::string_view bytes,
                      std::vector<Finding>& findings) {
  constexpr std::size_t kEntry = log::kTimeEntryBytes;
  if (bytes.size() % kEntry != 0) findings.push_back({path, bytes.size(), kNoOffset, "ends inside an entry"});
  std::map<Offset, WallTime> times;
  WallTime greatest = kNoTime;
  for (const auto& batch : segment.batches) {
    times[batch.last] = batch.max_timestamp;
    greatest = std::max(greatest, batch.max_timestamp);
  }
  const std::size_t count = used_entries(bytes, kEntry);
  WallTime top = kNoTime;
  for (std::size_t i = 0; i < count; ++i) {
    const std::byte* entry = as_bytes(bytes).data() + i * kEntry;
    const WallTime time(load_be<std::int64_t>(entry));
    const Offset offset = segment.base + load_be<std::int32_t>(entry + sizeof(std::int64_t));
    const auto known = times.find(offset);
    if (known == times.end()) {
      findings.push_back({path, i * kEntry, offset, "no batch ends with this offset"});
    } else if (known->second != time) {
      findings.push_back({path, i * kEntry, offset,
                          "timestamp " + std::to_string(time.value()) + " here, " +
                              std::to_string(known->second.value()) + " in the log"});
    }
    if (i > 0 && time <= top) findings.push_back({path, i * kEntry, offset, "the timestamp does not rise"});
    top = time;
  }
  if (segment.complete && !segment.damaged && !segment.batches.empty() && top != greatest) {
    findings.push_back({path, count * kEntry, segment.batches.back().last,
                        "the last timestamp is not the greatest of the segment, " +
                            std::to_string(greatest.value())});
  }
}

Result<std::uint64_t> verify_batches(ports::BlockingFiles& files, const std::string& path,
                                     std::vector<Finding>& findings) {
  auto file = files.open(path, ports::OpenMode::read);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  log::FileScan scan(**file, 0, size->value());
  std::uint64_t count = 0;
  Offset end{0};
  while (scan.next()) {
    ++count;
    if (!scan.crc_ok()) {
      findings.push_back({path, scan.position(), scan.batch().base_offset(), "the batch's checksum is wrong"});
    }
    if (scan.batch().base_offset() < end) {
      findings.push_back({path, scan.position(), scan.batch().base_offset(), "the batch's offset does not rise"});
    }
    end = scan.batch().next_offset();
  }
  if (scan.stop() == log::FileScan::Stop::io) return Error::io;
  if (scan.stop() == log::FileScan::Stop::damage) findings.push_back({path, scan.position(), end, scan.why()});
  return count;
}

}  // namespace millrace::inspect
