#include "log/recovery.h"

#include <algorithm>

#include "base/crc32c.h"
#include "log/cut_aside.h"
#include "log/file_scan.h"
#include "log/limits.h"
#include "log/names.h"
#include "log/orphans.h"
#include "log/recovered_epochs.h"
#include "log/side_files.h"
#include "log/trust_active.h"

namespace millrace::log {
namespace {

constexpr const char* kOverlap = "the segment begins below the end of the one before";

class Recovery {
 public:
  Recovery(ports::BlockingFiles& files, const std::string& directory, const RecoverySettings& settings)
      : files_(files), directory_(directory), settings_(settings), hints_(settings.hints), mark_(hints_.mark) {
    if (hints_.clean_stop) mark_.reset();
  }

  Result<RecoveredLog, RecoveryFailure> run() {
    auto entries = files_.list(directory_);
    if (!entries) return failure(entries.error(), directory_, "cannot be listed");
    entries_ = std::move(*entries);
    take_stock();
    for (std::size_t i = 0; i < bases_.size() && !ended_; ++i) {
      if (auto failed = take(i)) return std::move(*failed);
    }
    if (auto failed = prepare_producers(log_.end())) return std::move(*failed);
    if (auto failed = begin_at_log_start()) return std::move(*failed);
    if (auto failed = recover_epochs(files_, directory_, settings_, seen_, log_)) return std::move(*failed);
    if (!log_.damage) remove_orphans(files_, directory_, entries_, snapshots_, log_);
    if (!changed_) return std::move(log_);
    if (!log_.damage) make_index_files(files_, directory_, log_.segments.back().index.base());
    for (const std::string& name : {directory_, ports::parent_directory(directory_)}) {
      const auto synced = files_.sync_directory(name);
      if (!synced) return failure(synced.error(), name, "cannot be synced");
    }
    return std::move(log_);
  }

 private:
  using Failed = std::optional<RecoveryFailure>;

  static RecoveryFailure failure(Error error, const std::string& path, std::string_view what) {
    return {error, path + " " + std::string(what) + " (" + to_string(error) + ")"};
  }
  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  bool last(std::size_t i) const { return i + 1 == bases_.size(); }

  void take_stock() {
    for (const auto& entry : entries_) {
      if (entry.is_directory) continue;
      if (const auto base = parse_segment_name(entry.name)) bases_.push_back(*base);
      if (const auto at = parse_offset_name(entry.name, kSnapshotSuffix)) snapshots_.push_back(*at);
    }
    std::sort(bases_.begin(), bases_.end());
    std::sort(snapshots_.begin(), snapshots_.end());
    if (bases_.empty()) bases_.push_back(std::max(Offset(0), hints_.log_start));
  }

  Failed take(std::size_t i) {
    const std::string name = path(segment_name(bases_[i]));
    auto file = files_.open(name, ports::OpenMode::create);
    if (!file) return failure(file.error(), name, "cannot be opened");
    const auto size = (*file)->size();
    if (!size) return failure(size.error(), name, "cannot be measured");
    // The mark is taken back before a log is cut, the recovery point may be older than that.
    const Offset vouched = mark_ ? mark_->trusted : hints_.recovery_point;
    const bool trusted = hints_.clean_stop || (!last(i) && bases_[i + 1] <= vouched);
    const bool rises = log_.segments.empty() || bases_[i] >= log_.end();
    return trusted && rises && trust(i, **file, size->value()) ? Failed() : scan(i, **file, size->value());
  }

  bool trust(std::size_t i, ports::BlockingFile& file, std::uint64_t size) {
    producers_ready_ = false;  // a segment that was scanned before has brought them up to its own end alone
    if (last(i)) {
      auto active = trust_active(files_, directory_, bases_[i], file, size);
      const Offset end = hints_.recovery_point;
      if (!active || (end != kNoOffset && active->index.next() > end)) return false;
      log_.segments.push_back(std::move(*active));
      return true;
    }
    auto index = trust_closed(files_, directory_, bases_[i], bases_[i + 1], size);
    auto aborted = read_aborted(files_, directory_, bases_[i]);
    if (!index || !aborted) return false;
    log_.segments.push_back({std::move(*index), size, std::move(*aborted), true, {}});
    return true;
  }

  // Reads one segment, and cuts it if that is allowed.
  Failed scan(std::size_t i, ports::BlockingFile& file, std::uint64_t size) {
    const Offset base = bases_[i];
    const std::string name = path(segment_name(base));
    RecoveredSegment segment{SegmentIndex(base), 0, {}, false, {}};
    if (!last(i) || !resume(file, size, segment)) {
      if (auto failed = prepare_producers(base)) return failed;
    }
    changed_ = true;
    log_.snapshot_at_end = false;
    const Offset before = log_.segments.empty() ? Offset(0) : log_.end();
    FileScan batches(file, segment.size, size);
    std::optional<RecoveredSegment> before_last;  // for a bug that is switched on
    const char* why = base < before ? kOverlap : nullptr;
    if (why != nullptr && !was_durable(i, 0, base)) return leave_out(i);
    while (why == nullptr && batches.next()) {
      why = check(i, batches, segment);
      if (why != nullptr && was_given_up(i, batches, segment)) {
        why = nullptr;
        segment.index.continue_at(batches.batch().next_offset());
        segment.size = batches.position() + batches.batch().size();
      } else if (why == nullptr) {
        if (settings_.cuts_durable) before_last = segment;
        segment.index.note(batches.batch(), batches.position(), settings_.index_interval);
        segment.size = batches.position() + batches.batch().size();
      }
    }
    if (batches.stop() == FileScan::Stop::io) return failure(Error::io, name, "cannot be read");
    if (batches.stop() == FileScan::Stop::damage) why = batches.why();
    // Room in a closed segment that was allocated in advance and not cut before the crash.
    if (why != nullptr && !last(i) && segment.index.next() == bases_[i + 1]) {
      const auto cut = cut_zeros(file, segment.size, size);
      if (!cut) return failure(cut.error(), name, "cannot be cut");
      if (*cut) why = nullptr;
    }
    if (why == nullptr && mark_ && mark_->base == base && segment.size < mark_->position) {
      why = "the file is shorter than what was synced";
    }
    if (why != nullptr) {
      if (before_last) segment = *before_last;
      if (auto failed = damage(i, file, segment, size, why)) return failed;
    }
    if (const auto synced = log_.damage ? Status() : file.sync(); !synced) {
      return failure(synced.error(), name, "cannot be synced");
    }
    log_.segments.push_back(std::move(segment));
    return last(i) || ended_ ? Failed() : close(i);
  }

  // Segment `i` and what is behind it are no part of the log, which goes on behind the one before.
  Failed leave_out(std::size_t i) {
    const Offset end = log_.end();
    for (; i < bases_.size(); ++i) {
      if (auto failed = set_aside(bases_[i], kOverlap)) return failed;
    }
    ended_ = log_.cut = true;
    return begin_segment(end);
  }

  Failed begin_segment(Offset base) {
    const std::string name = path(segment_name(base));
    auto file = files_.open(name, ports::OpenMode::create);
    if (!file) return failure(file.error(), name, "cannot be made");
    log_.segments.push_back({SegmentIndex(base), 0, {}, false, {}});
    return {};
  }

  // A segment that was scanned and is not the last gets its files.
  Failed close(std::size_t i) {
    RecoveredSegment& segment = log_.segments.back();
    segment.index.seal();
    SideWrite write;
    write.base = segment.index.base();
    write.offsets.bytes = segment.index.encode_offsets(0);
    write.times.bytes = segment.index.encode_times(0);
    write.aborted.bytes = encode_aborted(segment.aborted, 0);
    write.snapshot = SideWrite::Snapshot{bases_[i + 1], log_.producers.encode()};
    write.final = true;
    if (const auto written = write_side_files(files_, directory_, write); !written) {
      return failure(written.error(), path(offset_name(segment.index.base())), "cannot get its indexes");
    }
    snapshots_.push_back(bases_[i + 1]);
    segment.index.unload();
    segment.complete = true;
    return {};
  }

  // Goes on where the files beside the active segment were right when the durable mark was written.
  bool resume(ports::BlockingFile& file, std::uint64_t size, RecoveredSegment& segment) {
    const Offset base = segment.index.base();
    if (producers_ready_ || !mark_ || mark_->base != base) return false;
    const DurableMark::Files& known = mark_->files;
    if (known.snapshot == kNoOffset || known.position > size || known.position > mark_->position) return false;
    const auto read = [&](std::string_view suffix, std::uint64_t bytes, std::uint32_t crc) {
      auto found = read_side_file(files_, directory_, base, suffix, bytes);
      const bool right = found && found->size() == bytes && crc32c(as_bytes(*found)) == crc;
      return right ? std::optional<std::string>(std::move(*found)) : std::nullopt;
    };
    const auto offsets = read(kIndexSuffix, known.offsets * std::uint64_t{kOffsetEntryBytes}, known.offsets_crc);
    const auto times = read(kTimeIndexSuffix, known.times * std::uint64_t{kTimeEntryBytes}, known.times_crc);
    const auto aborted = read(kAbortedSuffix, known.aborted * std::uint64_t{kAbortedEntryBytes}, known.aborted_crc);
    if (!offsets || !times || !aborted) return false;
    auto transactions = parse_aborted(as_bytes(*aborted), base);
    auto producers = read_snapshot(known.snapshot);
    if (!transactions || !producers || !segment.index.load(as_bytes(*offsets), as_bytes(*times), size)) return false;
    segment.index.continue_from(known.since_entry, known.max_timestamp, known.max_timestamp_offset);
    segment.index.continue_at(known.snapshot);
    note_first_timestamp(file, size, segment.index);
    segment.size = known.position;
    segment.aborted = std::move(*transactions);
    segment.written = {known.offsets, known.times, known.aborted};
    log_.producers = std::move(*producers);
    producers_ready_ = true;
    return true;
  }

  // What is wrong with the present batch; if nothing is, its epoch and producer are noted.
  const char* check(std::size_t i, FileScan& batches, RecoveredSegment& segment) {
    const record::BatchView& batch = batches.batch();
    if (segment.size + batch.size() > kMaxSegmentBytes) return "the segment is larger than a segment can be";
    if (batch.base_offset() < segment.index.next()) return "the batch's offset is below the end of the one before";
    // The checksum does not cover the offset, which may be an older one at that place of the disk. A leader leaves no
    // gaps, and a follower that copied one gets it again.
    if (mark_ && batch.base_offset() > segment.index.next() && !was_durable(i, segment.size, segment.index.next())) {
      return "the batch's offset leaves a gap behind what was synced";
    }
    if (passes_known_end(segment.index, batches)) return "the batch ends behind the known end of the log";
    if (batch.last_offset() - segment.index.base() > INT32_MAX)
      return "the batch's offset is too far from the segment's";
    if (!settings_.torn_tail_kept && !batches.crc_ok()) return "the batch's checksum is wrong";
    if (batch.leader_epoch() >= LeaderEpoch(0)) seen_.begin(batch.leader_epoch(), batch.base_offset());
    if (auto aborted = note(batches)) segment.aborted.push_back(*aborted);
    return nullptr;
  }

  // Whether the present batch begins before a place whose offset is known, and ends behind it: its own offset, which
  // the checksum does not cover, is another. A clean stop leaves the log's end as the recovery point.
  bool passes_known_end(const SegmentIndex& before, const FileScan& batches) const {
    const Offset end = batches.batch().next_offset();
    if (mark_) return mark_->base == before.base() && batches.position() < mark_->position && end > mark_->end;
    const Offset known = hints_.clean_stop ? hints_.recovery_point : kNoOffset;
    return before.next() < known && known < end && before.next() < batches.batch().base_offset();
  }

  // Whether the present batch, which is damaged, holds only records that were deleted, and the log goes on behind it.
  bool was_given_up(std::size_t i, const FileScan& batches, const RecoveredSegment& segment) {
    if (batches.stop() != FileScan::Stop::none) return false;
    const record::BatchView& batch = batches.batch();
    const Offset next = segment.index.next();
    const bool in_line = batch.base_offset() == next && batch.last_offset() >= next;
    if (!in_line || batch.last_offset() >= hints_.log_start || !was_durable(i, segment.size, next)) return false;
    log_.notes.push_back(path(segment_name(segment.index.base())) + " at position " + std::to_string(segment.size) +
                         ", offset " + std::to_string(next.value()) +
                         ": a damaged batch below the log start is passed over");
    return true;
  }

  std::optional<AbortedTransaction> note(FileScan& batches) {
    const record::BatchView& batch = batches.batch();
    if (!batch.has_producer()) return std::nullopt;
    if (!batch.is_control()) return log_.producers.note(batch);
    const auto whole = batches.whole();
    return whole ? log_.producers.note(*whole) : std::nullopt;
  }

  // Whether what stands at this position of the segment was durable.
  bool was_durable(std::size_t i, std::uint64_t position, Offset offset) const {
    if (mark_) return bases_[i] < mark_->base || (bases_[i] == mark_->base && position < mark_->position);
    if (hints_.recovery_point != kNoOffset) return offset < hints_.recovery_point;
    return settings_.durable && !last(i);
  }

  // The bytes of segment `i` from its good end to `size` are not part of the log, nor is any segment behind it.
  Failed damage(std::size_t i, ports::BlockingFile& file, const RecoveredSegment& segment, std::uint64_t size,
                const char* why) {
    const Offset base = segment.index.base();
    const std::string name = path(segment_name(base));
    const std::string place = name + " at position " + std::to_string(segment.size) + ", offset " +
                              std::to_string(segment.index.next().value()) + ": " + why;
    ended_ = true;
    if (was_durable(i, segment.size, segment.index.next()) && !settings_.damage_cut) {
      log_.damage = Damage{segment_name(base), segment.size, segment.index.next()};
      log_.notes.push_back(place + "; this part was durable: it is left as it is, and the log is read up to here and " +
                           "closed for writing");
      return {};
    }
    // Durably before this segment is cut: a crash in between must not leave a log with a hole.
    if (auto failed = set_aside_behind(i)) return failed;
    const auto kept = keep_aside(files_, directory_, entries_, {base, segment.size, size}, file);
    if (!kept) return failure(kept.error(), name, "has a damaged tail that cannot be kept aside");
    if (const auto resized = file.resize(FilePosition(segment.size)); !resized) {
      return failure(resized.error(), name, "cannot be cut");
    }
    log_.cut = true;
    log_.notes.push_back(place + "; " + std::to_string(size - segment.size) + " bytes cut, " +
                         (kept->empty() ? std::string("all zero") : "kept in " + *kept));
    return {};
  }

  // The segments behind one that ends too early.
  Failed set_aside_behind(std::size_t i) {
    if (last(i)) return {};
    for (std::size_t later = i + 1; later < bases_.size(); ++later) {
      if (auto failed = set_aside(bases_[later], "behind a hole in an earlier segment")) return failed;
    }
    const auto synced = files_.sync_directory(directory_);
    return synced ? Failed() : failure(synced.error(), directory_, "cannot be synced");
  }

  // A whole segment that is not part of the log.
  Failed set_aside(Offset base, std::string_view why) {
    const std::string from = segment_name(base);
    const std::string to = free_cut_name(entries_, base);
    const auto renamed = files_.rename(path(from), path(to));
    if (!renamed && renamed.error() == Error::not_found) return {};
    if (!renamed) return failure(renamed.error(), path(from), "cannot be set aside");
    entries_.push_back({to, false});
    changed_ = true;
    log_.notes.push_back(path(from) + ": " + std::string(why) + "; kept in " + to);
    return {};
  }

  Result<ProducerState> read_snapshot(Offset at) {
    const auto bytes = read_side_file(files_, directory_, at, kSnapshotSuffix, kMaxIndexBytes);
    return bytes ? ProducerState::parse(as_bytes(*bytes), settings_.producers_since)
                 : Result<ProducerState>(bytes.error());
  }

  // The producers as they were at `upto`, where what is scanned begins: from the newest snapshot that is right, and the
  // batches behind it. Without any snapshot from all batches.
  Failed prepare_producers(Offset upto) {
    if (producers_ready_) return {};
    producers_ready_ = true;
    log_.producers = {};
    Offset from{0};
    for (auto at = snapshots_.rbegin(); at != snapshots_.rend(); ++at) {
      if (*at > upto) continue;
      auto state = read_snapshot(*at);
      if (!state) {
        log_.notes.push_back(path(offset_name(*at) + std::string(kSnapshotSuffix)) +
                             " is damaged and goes: an older state of the producers is used, and the batches since");
        static_cast<void>(files_.remove(path(offset_name(*at) + std::string(kSnapshotSuffix))));
        continue;
      }
      log_.producers = std::move(*state);
      from = *at;
      break;
    }
    log_.snapshot_at_end = from == upto && !snapshots_.empty();
    for (const RecoveredSegment& segment : log_.segments) {
      if (segment.index.next() <= from) continue;
      const std::string name = path(segment_name(segment.index.base()));
      auto file = files_.open(name, ports::OpenMode::read);
      if (!file) return failure(file.error(), name, "cannot be opened");
      FileScan batches(**file, 0, segment.size);
      while (batches.next()) {
        const record::BatchView& batch = batches.batch();
        if (batch.base_offset() >= from && batch.has_producer() && batches.crc_ok()) note(batches);
      }
      if (batches.stop() == FileScan::Stop::io) return failure(Error::io, name, "cannot be read");
    }
    return {};
  }

  // The log may have been given up to beyond its end: it goes on there.
  Failed begin_at_log_start() {
    if (hints_.log_start <= log_.end() || log_.damage) return {};
    for (const RecoveredSegment& segment : log_.segments) {
      const Offset base = segment.index.base();
      if (segment.size > 0) {
        if (auto failed = set_aside(base, "its records were deleted")) return failed;
      } else {
        static_cast<void>(files_.remove(path(segment_name(base))));
      }
    }
    log_.segments.clear();
    log_.snapshot_at_end = false;
    changed_ = true;
    return begin_segment(hints_.log_start);
  }

  ports::BlockingFiles& files_;
  const std::string& directory_;
  const RecoverySettings& settings_;
  const OpenHints& hints_;
  std::optional<DurableMark> mark_;
  std::vector<ports::DirectoryEntry> entries_;
  std::vector<Offset> bases_;
  std::vector<Offset> snapshots_;
  RecoveredLog log_;
  EpochTable seen_;
  bool producers_ready_ = false;
  bool changed_ = false;  // something may not be on the disk yet
  bool ended_ = false;    // nothing behind belongs to the log
};

}  // namespace

Result<RecoveredLog, RecoveryFailure> recover_log(ports::BlockingFiles& files, const std::string& directory,
                                                  const RecoverySettings& settings) {
  return Recovery(files, directory, settings).run();
}

}  // namespace millrace::log
