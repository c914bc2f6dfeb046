// The files beside a segment: indexes, aborted transactions, producers.
#include <algorithm>

#include "base/crc32c.h"
#include "inspect/dump_parts.h"
#include "log/file_scan.h"
#include "log/limits.h"
#include "log/names.h"
#include "log/segment_index.h"
#include "log/transactions.h"
#include "protocol/gen/producer_snapshot.h"
#include "record/batch.h"

namespace millrace::inspect::parts {
namespace {

// A mismatch between an index and its log.
struct Pair {
  std::int64_t index = 0;
  std::int64_t log = 0;
};

void report(const Job& job, std::string_view title, std::string_view first, std::string_view second,
            const std::vector<Pair>& pairs) {
  if (pairs.empty()) return;
  job.complain(title);
  for (const auto& pair : pairs) {
    job.complain("  " + std::string(first) + std::to_string(pair.index) + std::string(second) +
                 std::to_string(pair.log));
  }
}

// The first batch at or behind `position` that `wanted` takes; -1 as last offset without one.
struct FoundBatch {
  std::int64_t last_offset = -1;
  std::int64_t max_timestamp = -1;
};
FoundBatch find_batch(ports::BlockingFile& log, std::uint64_t size, std::uint64_t position, std::int64_t offset) {
  log::FileScan scan(log, std::min(position, size), size);
  while (scan.next()) {
    const auto last = scan.batch().last_offset().value();
    if (last >= offset) return {last, scan.batch().max_timestamp().value()};
  }
  return {};
}

struct OpenLog {
  std::unique_ptr<ports::BlockingFile> file;
  std::uint64_t size = 0;
};
Result<OpenLog> open_log(const Job& job) {
  const std::string path = job.beside(log::kLogSuffix);
  auto file = job.files.open(path, ports::OpenMode::read);
  if (!file) {
    job.complain("The log " + path + " cannot be opened: " + to_string(file.error()));
    return file.error();
  }
  const auto size = (*file)->size();
  if (!size) return size.error();
  return OpenLog{std::move(*file), size->value()};
}

bool whole_entries(const Job& job, std::size_t bytes, std::size_t entry) {
  if (bytes % entry == 0) return true;
  job.complain("The size of " + job.path + " is no multiple of " + std::to_string(entry));
  return false;
}

void passed(const Job& job) { job.print(Line("sanity").sentence("text", job.path + " passed sanity check.")); }

// The positions in the .index beside a time index; empty without one.
class Positions {
 public:
  Positions(const Job& job, Offset base) : base_(base) {
    auto bytes = ports::read_whole(job.files, job.beside(log::kIndexSuffix), log::kMaxIndexBytes);
    if (bytes) bytes_ = std::move(*bytes);
  }
  // Where to begin to look for `offset`.
  std::uint64_t before(std::int64_t offset) const {
    std::uint64_t position = 0;
    for (std::size_t at = 0; at + log::kOffsetEntryBytes <= bytes_.size(); at += log::kOffsetEntryBytes) {
      const auto* entry = as_bytes(bytes_).data() + at;
      const std::int64_t last = base_.value() + load_be<std::int32_t>(entry);
      if (last > offset || (at > 0 && last == base_.value())) break;
      position = load_be<std::uint32_t>(entry + sizeof(std::int32_t));
    }
    return position;
  }

 private:
  Offset base_;
  std::string bytes_;
};

}  // namespace

Status dump_offset_index(const Job& job) {
  const auto base = offset_in_name(job.path);
  if (!base) return base.error();
  const auto text = ports::read_whole(job.files, job.path, log::kMaxIndexBytes);
  if (!text) return text.error();
  const std::size_t entries = text->size() / log::kOffsetEntryBytes;
  if (entries == 0) {
    job.print(Line("empty").sentence("text", job.path + " is empty."));
    return {};
  }
  const auto* bytes = as_bytes(*text).data();
  const auto offset_of = [&](std::size_t i) {
    return base->value() + load_be<std::int32_t>(bytes + i * log::kOffsetEntryBytes);
  };
  if (job.options.sanity_only) {
    if (!whole_entries(job, text->size(), log::kOffsetEntryBytes) || offset_of(entries - 1) < base->value()) {
      return Error::corrupt;
    }
    passed(job);
    return {};
  }
  auto log = open_log(job);
  if (!log) return log.error();
  std::vector<Pair> wrong;
  for (std::size_t i = 0; i < entries; ++i) {
    const std::int64_t offset = offset_of(i);
    const auto position = load_be<std::int32_t>(bytes + i * log::kOffsetEntryBytes + sizeof(std::int32_t));
    // What was allocated in advance and not filled is zero.
    if (offset == base->value() && i > 0) break;
    log::FileScan scan(*log->file, std::min<std::uint64_t>(static_cast<std::uint32_t>(position), log->size), log->size);
    const std::int64_t found = scan.next() ? scan.batch().last_offset().value() : -1;
    if (found != offset) wrong.push_back({offset, found});
    if (job.options.print_indexes) job.print(Line("entry").number("offset", offset).number("position", position));
  }
  report(job, "Mismatches in :" + job.path, "Index offset: ", ", log offset: ", wrong);
  return wrong.empty() ? Status() : Status(Error::corrupt);
}

Status dump_time_index(const Job& job) {
  const auto base = offset_in_name(job.path);
  if (!base) return base.error();
  const auto text = ports::read_whole(job.files, job.path, log::kMaxIndexBytes);
  if (!text) return text.error();
  if (job.options.sanity_only) {
    if (!whole_entries(job, text->size(), log::kTimeEntryBytes)) return Error::corrupt;
    passed(job);
    return {};
  }
  auto log = open_log(job);
  if (!log) return log.error();
  const Positions positions(job, *base);
  std::vector<Pair> times;
  std::vector<Pair> order;
  std::vector<Pair> missing;
  std::int64_t previous = -1;
  for (std::size_t i = 0; i < text->size() / log::kTimeEntryBytes; ++i) {
    const auto* entry = as_bytes(*text).data() + i * log::kTimeEntryBytes;
    const auto timestamp = load_be<std::int64_t>(entry);
    const std::int64_t offset = base->value() + load_be<std::int32_t>(entry + sizeof timestamp);
    if (offset == base->value() && i > 0) break;
    const FoundBatch found = find_batch(*log->file, log->size, positions.before(offset), offset);
    if (found.last_offset != offset) {
      missing.push_back({offset, found.last_offset});
    } else {
      if (found.max_timestamp != timestamp) times.push_back({timestamp, found.max_timestamp});
      if (previous >= timestamp) order.push_back({timestamp, previous});
    }
    if (job.options.print_indexes) job.print(Line("entry").number("timestamp", timestamp).number("offset", offset));
    previous = timestamp;
  }
  report(job, "Found timestamp mismatch in :" + job.path, "Index timestamp: ", ", log timestamp: ", times);
  report(job, "Found out of order timestamp in :" + job.path, "Index timestamp: ", ", Previously indexed timestamp: ",
         order);
  report(job, "The following indexed offsets are not found in the log.", "Indexed offset: ", ", found log offset: ",
         missing);
  return times.empty() && order.empty() && missing.empty() ? Status() : Status(Error::corrupt);
}

Status dump_aborted(const Job& job) {
  const auto base = offset_in_name(job.path);
  if (!base) return base.error();
  const auto text = ports::read_whole(job.files, job.path, log::kMaxIndexBytes);
  if (!text) return text.error();
  const auto aborted = log::parse_aborted(as_bytes(*text), *base);
  if (!aborted) {
    job.complain("The aborted transactions in " + job.path + " cannot be right");
    return Error::corrupt;
  }
  for (const auto& entry : *aborted) {
    job.print(Line("aborted")
                  .number("version", 0)
                  .number("producerId", entry.producer.value())
                  .number("firstOffset", entry.first.value())
                  .number("lastOffset", entry.last.value())
                  .number("lastStableOffset", entry.last_stable.value()));
  }
  return {};
}

Status dump_snapshot(const Job& job) {
  constexpr std::size_t kCrcEnd = 6;  // version and checksum
  const auto text = ports::read_whole(job.files, job.path, log::kMaxIndexBytes);
  if (!text) return text.error();
  const Bytes bytes = as_bytes(*text);
  protocol::ProducerSnapshot snapshot;
  const bool readable_file =
      bytes.size() >= kCrcEnd && load_be<std::int16_t>(bytes.data()) == 1 &&
      protocol::decode_body(bytes.subspan(sizeof(std::int16_t)), 1, snapshot).ok() &&
      snapshot.crc == crc32c(bytes.subspan(kCrcEnd));
  if (!readable_file) {
    job.complain("Snapshot " + job.path + " is corrupt: its version, checksum or size is wrong");
    return Error::corrupt;
  }
  for (const auto& entry : snapshot.producer_entries) {
    Line line("producer");
    const bool open = entry.current_txn_first_offset >= 0;
    line.number("producerId", entry.producer_id)
        .number("producerEpoch", entry.epoch)
        .number("coordinatorEpoch", entry.coordinator_epoch)
        .optional("currentTxnFirstOffset", open ? std::optional(entry.current_txn_first_offset) : std::nullopt)
        .number("lastTimestamp", entry.timestamp);
    if (entry.last_offset >= 0) {
      line.number("firstSequence", record::sequence_plus(entry.last_sequence, -entry.offset_delta))
          .number("lastSequence", entry.last_sequence)
          .number("lastOffset", entry.last_offset)
          .number("offsetDelta", entry.offset_delta)
          .number("timestamp", entry.timestamp);
    }
    job.print(line);
  }
  return {};
}

}  // namespace millrace::inspect::parts
