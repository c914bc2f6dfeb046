#include "log/timestamps.h"

#include <algorithm>
#include <optional>

#include "log/file_scan.h"
#include "log/log_impl.h"
#include "log/side_files.h"
#include "record/legacy.h"
#include "record/record_reader.h"

namespace millrace::log {
namespace {

// Goes past the batches that the index speaks of. False where they are not what it says: an entry is only a hint.
bool pass(FileScan& scan, const SegmentIndex::TimeHint& hint) {
  for (bool first = true; scan.next(); first = false) {
    const record::BatchView& batch = scan.batch();
    const bool named = !first || hint.at.last_offset == kNoOffset || batch.last_offset() == hint.at.last_offset;
    if (!named || batch.max_timestamp() > hint.timestamp) return false;
    if (batch.last_offset() >= hint.last_offset) return batch.max_timestamp() == hint.timestamp;
  }
  return false;
}

// Calls `use` (BatchView -> Result<bool>, false to stop) for every batch whose maximum timestamp is at least the
// `least` of that moment.
template <typename Use>
Status each_batch(ports::BlockingFiles& files, const std::vector<BatchRun>& runs, const WallTime& least, Use use) {
  for (const BatchRun& run : runs) {
    if (run.path.empty()) {
      for (record::BatchWalk walk(run.memory.bytes()); walk.next();) {
        if (walk.batch().max_timestamp() < least) continue;
        const Result<bool> more = use(walk.batch());
        if (!more) return more.error();
        if (!*more) return {};
      }
      continue;
    }
    auto file = files.open(run.path, ports::OpenMode::read);
    if (!file) return file.error();
    std::optional<FileScan> scan(std::in_place, **file, run.hint.at.position, run.to);
    if (run.hint.last_offset != kNoOffset && !pass(*scan, run.hint)) scan.emplace(**file, 0, run.to);
    while (scan->next()) {
      if (scan->batch().max_timestamp() < least) continue;
      const auto batch = scan->whole();
      if (!batch) return batch.error();
      if (!batch->crc_ok()) return Error::corrupt;
      const Result<bool> more = use(*batch);
      if (!more) return more.error();
      if (!*more) return {};
    }
    if (scan->stop() != FileScan::Stop::end) return scan->stop() == FileScan::Stop::io ? Error::io : Error::corrupt;
  }
  return {};
}

// Calls `use` (offset, timestamp -> false to stop) for every record. A wrapper of magic 0 or 1 that cannot be unpacked
// stands for what is in it.
template <typename Use>
Status each_record(const record::BatchView& batch, record::Scratch& scratch, Use use) {
  if (batch.is_legacy()) {
    const Status unpacked = record::each_legacy_message(
        batch, scratch, [&use](Offset offset, WallTime time) { return use(offset, time); });
    if (!unpacked) {
      use(batch.last_offset(), batch.max_timestamp());
    }
    return {};
  }
  auto reader = record::RecordReader::open(batch, scratch);
  if (!reader) return reader.error();
  record::Record record;
  while (reader->next(record)) {
    if (!use(record.offset, record.timestamp)) return {};
  }
  return reader->status();
}

}  // namespace

Result<TimestampOffset> find_first_record(ports::BlockingFiles& files, const std::vector<BatchRun>& runs, WallTime time,
                                          Offset from, Offset upto) {
  TimestampOffset found;
  record::Scratch scratch;
  const Status searched = each_batch(files, runs, time, [&](const record::BatchView& batch) -> Result<bool> {
    if (batch.base_offset() >= upto) return false;
    MR_TRY(each_record(batch, scratch, [&](Offset offset, WallTime timestamp) {
      if (timestamp < time || offset < from || offset >= upto) return true;
      found = {offset, timestamp, batch.leader_epoch()};
      return false;
    }));
    return found.offset == kNoOffset;
  });
  if (!searched) return searched.error();
  return found;
}

Result<TimestampOffset> find_latest_record(ports::BlockingFiles& files, const std::vector<BatchRun>& runs, Offset from,
                                           Offset upto) {
  TimestampOffset found;
  WallTime least{0};  // records without a timestamp are never the latest
  record::Scratch scratch;
  const Status searched = each_batch(files, runs, least, [&](const record::BatchView& batch) -> Result<bool> {
    MR_TRY(each_record(batch, scratch, [&](Offset offset, WallTime timestamp) {
      const bool later = found.offset == kNoOffset ? timestamp >= least : timestamp > least;
      if (later && offset >= from && offset < upto) {
        found = {offset, timestamp, batch.leader_epoch()};
        least = timestamp;
      }
      return true;
    }));
    return true;
  });
  if (!searched) return searched.error();
  return found;
}

namespace {

bool any_written_since(ports::BlockingFiles& files, const std::vector<std::string>& paths, WallTime time) {
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    auto file = files.open(path, ports::OpenMode::read);
    const auto modified = file ? (*file)->modified() : Result<WallTime>(file.error());
    return modified && *modified >= time;
  });
}

// The batches of a segment, but for what the index says may be passed over. Entries that point at what is not in the
// file yet were never on a disk, and are right.
void add_runs(const Segment& segment, const std::string& path, WallTime time, std::vector<BatchRun>& runs) {
  const SegmentIndex::TimeHint hint = segment.index.hint_before(time);
  if (hint.at.position < segment.written.bytes) runs.push_back({path, hint, segment.written.bytes, Buffer()});
  for (const Segment::Unwritten& part : segment.tail) {
    if (part.position + part.bytes.size() > hint.at.position) runs.push_back({"", {}, 0, part.bytes});
  }
}

}  // namespace

// Look-ups read the files: not while those are being cut or given up.
bool LogImpl::may_look_up(FoundTime& found) {
  if (phase_ == Phase::open || phase_ == Phase::closing) return true;
  shard_.timers.at_turn_end([found = std::move(found), later = cutting_back()]() mutable {
    found(later ? Error::would_block : Error::closed);
  });
  return false;
}

void LogImpl::find_timestamp(WallTime time, Offset upto, FoundTime found) {
  if (!may_look_up(found)) return;
  // As in Kafka the first segment that has so late a timestamp decides, even when compaction has taken the record away,
  // and a segment without any timestamp counts as being as old as its file.
  std::vector<BatchRun> runs;
  std::vector<std::string> without;
  std::optional<SegmentIndex> unloaded;
  std::uint64_t size = 0;
  for (const auto& segment : segments_) {
    if (segment->base() >= upto) break;
    if (segment->index.max_timestamp() < WallTime(0)) without.push_back(path_of(*segment));
    if (segment->index.max_timestamp() < time) continue;
    add_runs(*segment, path_of(*segment), time, runs);
    if (!segment->index.loaded()) unloaded = segment->index;
    size = segment->appended.bytes;
    break;
  }
  ++jobs_;
  ports::run_job<Result<TimestampOffset>>(
      shard_.jobs,
      [runs = std::move(runs), without = std::move(without), time, from = start(), upto,
       unloaded = std::move(unloaded), size,
       directory = directory_,
       interval = options_.index_interval_bytes.value()](
          ports::BlockingFiles& files) mutable -> Result<TimestampOffset> {
        if (!runs.empty() && any_written_since(files, without, time)) return TimestampOffset();
        if (unloaded && !runs.empty()) {
          const auto index = load_index(files, directory, *unloaded, size, interval);
          if (index) runs.front().hint = index->hint_before(time);
        }
        return find_first_record(files, runs, time, from, upto);
      },
      while_alive([this, found = std::move(found)](Result<TimestampOffset> result) mutable {
        --jobs_;
        found(std::move(result));
        advance();
      }));
}

void LogImpl::find_max_timestamp(Offset upto, FoundTime found) {
  if (!may_look_up(found)) return;
  // Of the segments that lie wholly below `upto` only the first with the greatest timestamp can hold the answer; the
  // one that `upto` cuts has to be looked through.
  const Segment* best = nullptr;
  const Segment* split = nullptr;
  for (const auto& segment : segments_) {
    if (segment->base() >= upto) break;
    if (segment->appended.next > upto) {
      split = segment.get();
    } else if (best == nullptr || segment->index.max_timestamp() > best->index.max_timestamp()) {
      best = segment.get();
    }
  }
  std::vector<BatchRun> runs;
  if (best != nullptr && best->index.max_timestamp() != kNoTime) {
    add_runs(*best, path_of(*best), best->index.max_timestamp(), runs);
  }
  if (split != nullptr) add_runs(*split, path_of(*split), kNoTime, runs);
  ++jobs_;
  ports::run_job<Result<TimestampOffset>>(
      shard_.jobs,
      [runs = std::move(runs), from = segments_.front()->base(), upto](ports::BlockingFiles& files) {
        return find_latest_record(files, runs, from, upto);
      },
      while_alive([this, found = std::move(found)](Result<TimestampOffset> result) mutable {
        --jobs_;
        found(std::move(result));
        advance();
      }));
}

}  // namespace millrace::log
