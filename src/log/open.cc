#include <algorithm>
#include <utility>

#include "base/crc32c.h"

#include "log/compaction_leftovers.h"
#include "log/log_impl.h"
#include "log/names.h"
#include "log/partition_metadata.h"
#include "log/side_files.h"

namespace millrace::log {
namespace {

using Outcome = Result<RecoveredLog, RecoveryFailure>;

RecoveryFailure cannot(const std::string& path, const char* what, Error error) {
  return {error, path + " " + what + " (" + to_string(error) + ")"};
}

// Job: a log in a directory that was just made. Its names and its topic's id are made durable before its first record
// is written (sync_name): a log that never had one costs no sync.
Outcome fresh_log(ports::BlockingFiles& files, const std::string& directory, Uuid topic_id,
                  const RecoverySettings& settings) {
  const Offset base = std::max(settings.hints.log_start, Offset(0));
  if (const auto claimed = claim_directory(files, directory, topic_id, true); !claimed) {
    return cannot(directory + "/" + std::string(kPartitionMetadataFile), "cannot be written", claimed.error());
  }
  const std::string name = directory + "/" + segment_name(base);
  // No room in advance: with records and without partition.metadata, whose name may be lost, it would be nobody's.
  if (const auto file = files.open(name, ports::OpenMode::create); !file) {
    return cannot(name, "cannot be made", file.error());
  }
  make_index_files(files, directory, base);
  RecoveredLog log;
  log.segments.push_back({SegmentIndex(base), 0, {}, false, {}});
  log.fresh = true;
  return log;
}

// Whether the mark speaks of what is in the directory: not if its segment is gone, nor after Kafka wrote here, which
// allocates the indexes of the active segment in advance.
Result<bool> mark_counts(ports::BlockingFiles& files, const std::string& directory, const DurableMark& mark) {
  const auto entries = files.list(directory);
  if (!entries) return entries.error();
  Offset last = kNoOffset;
  bool there = false;
  for (const auto& entry : *entries) {
    const auto base = entry.is_directory ? std::nullopt : parse_segment_name(entry.name);
    if (!base) continue;
    last = std::max(last, *base);
    there = there || *base == mark.base;
  }
  return there && !index_is_padded(files, directory, last);
}

// Job: the directory is there, belongs to the topic, and its log is whole.
Outcome open_directory(ports::BlockingFiles& files, const std::string& directory, Uuid topic_id,
                       RecoverySettings& settings) {
  const auto made = files.create_directory(directory);
  if (made) return fresh_log(files, directory, topic_id, settings);
  if (made.error() != Error::exists) return cannot(directory, "cannot be made", made.error());
  const auto entries = files.list(directory);
  if (!entries) return cannot(directory, "cannot be listed", entries.error());
  bool has_records = false;
  for (const auto& entry : *entries) {
    if (!parse_segment_name(entry.name)) continue;
    auto file = files.open(directory + "/" + entry.name, ports::OpenMode::read);
    const auto size = file ? (*file)->size() : Result<ByteCount>(file.error());
    if (!size) return cannot(directory + "/" + entry.name, "cannot be measured", size.error());
    has_records = has_records || size->value() > 0;
  }
  // partition.metadata is durable before the first record is: a log with records and without it is not ours to claim.
  const auto claimed = claim_directory(files, directory, topic_id, !has_records);
  if (!claimed) {
    return cannot(directory + "/" + std::string(kPartitionMetadataFile),
                  claimed.error() == Error::stale ? "names another topic id" : "cannot be used", claimed.error());
  }
  if (const auto finished = finish_compaction(files, directory); !finished) {
    return cannot(directory, "holds an interrupted compaction that cannot be finished", finished.error());
  }
  std::optional<DurableMark>& mark = settings.hints.mark;
  if (mark && !settings.hints.clean_stop) {
    const auto counts = mark_counts(files, directory, *mark);
    if (!counts) return cannot(directory, "cannot be listed", counts.error());
    //   1. the mark is not believed, and the log is cut below it   2. a crash   3. the index is not Kafka's any more:
    //   the mark counts again, and what was cut is missed
    if (!*counts && mark->base != kNoOffset && !settings.mark_comes_back) {
      const std::string log_dir = ports::parent_directory(directory);
      const auto refused = refuse_mark(files, log_dir, mark_key(topic_id, directory), *mark);
      if (!refused) return cannot(log_dir, "cannot take the mark of a log", refused.error());
    }
    if (!*counts) mark.reset();
  }
  auto log = recover_log(files, directory, settings);
  if (log && !has_records && log->segments.size() == 1) log->fresh = true;  // its topic's id may not be on the disk
  if (log && *claimed == Claim::replaced) {
    log->notes.push_back(directory + "/" + std::string(kPartitionMetadataFile) +
                         " could not be read and is written anew: the log has no records yet");
  }
  return log;
}

}  // namespace

void PartitionLog::open(ports::Shard& shard, Committer& committer, std::string directory, Uuid topic_id,
                        const LogOptions& options, LogListener& listener, Opened opened,
                        const OpenHints& hints) {
  // Committers come from Committer::create alone.
  auto& group = static_cast<GroupCommitter&>(committer);
  RecoverySettings settings;
  settings.durable = options.durable;
  settings.index_interval = options.index_interval_bytes.value();
  settings.hints = hints;
  settings.producers_since = WallTime(std::max<std::int64_t>(
      shard.clock.wall().value() - std::min(options.producer_expiry.value(), shard.clock.wall().value()), 0));
  settings.torn_tail_kept = shard.faults.planted(ports::Planted::torn_tail_kept);
  settings.damage_cut = shard.faults.planted(ports::Planted::damage_cut);
  settings.old_epochs = shard.faults.planted(ports::Planted::epochs_not_rebuilt);
  settings.mark_comes_back = shard.faults.planted(ports::Planted::mark_comes_back);
  settings.cuts_durable = shard.faults.planted(ports::Planted::recovery_cuts_durable);
  ports::run_job<Outcome>(
      shard.jobs,
      [directory, topic_id, settings](ports::BlockingFiles& files) mutable {
        return open_directory(files, directory, topic_id, settings);
      },
      [&shard, &group, directory, topic_id, options, &listener, hints,
       opened = std::move(opened)](Outcome outcome) mutable {
        if (!outcome) {
          shard.log.error("log not opened: " + outcome.error().line);
          return opened(outcome.error().error);
        }
        auto log = std::make_unique<LogImpl>(shard, group, directory, topic_id, options, listener, hints);
        LogImpl& opening = *log;
        opening.adopt(std::move(*outcome), [log = std::move(log), opened = std::move(opened)](Status status) mutable {
          if (!status) return opened(status.error());
          opened(std::unique_ptr<PartitionLog>(std::move(log)));
        });
      });
}

LogImpl::LogImpl(ports::Shard& shard, GroupCommitter& committer, std::string directory, Uuid topic_id,
                 const LogOptions& options, LogListener& listener, const OpenHints& hints)
    : shard_(shard),
      committer_(committer),
      directory_(std::move(directory)),
      options_(options),
      listener_(listener),
      start_(shard.faults.planted(ports::Planted::log_start_forgotten) ? Offset(0)
                                                                       : std::max(hints.log_start, Offset(0))),
      topic_id_(topic_id),
      mark_life_(hints.mark ? hints.mark->life + 1 : 1) {
  if (!hints.keep_mark) return;
  journaled_ = hints.journal;
  MarkFile& marks = committer_.marks(ports::parent_directory(directory_));
  mark_slot_ = MarkSlot{&marks, marks.take(), mark_key(topic_id_, directory_)};
}

LogImpl::~LogImpl() = default;

namespace {

// The files beside a segment have so much already.
void take_written(Segment& segment, const RecoveredSegment::Written& written) {
  const auto count = [](const std::string& bytes, std::size_t entry, std::size_t entries) {
    return FileCount{entries, crc32c(as_bytes(bytes).first(entries * entry))};
  };
  segment.side.offsets = count(segment.index.encode_offsets(0), kOffsetEntryBytes, written.offsets);
  segment.side.times = count(segment.index.encode_times(0), kTimeEntryBytes, written.times);
  segment.side.aborted = count(encode_aborted(segment.aborted, 0), kAbortedEntryBytes, written.aborted);
  segment.side.position = segment.appended.bytes;
}

}  // namespace

void LogImpl::adopt(RecoveredLog recovered, Callback<void(Status)> done) {
  for (const std::string& note : recovered.notes) shard_.log.warning(note);
  if (recovered.cut) shard_.faults.reach(ports::Probe::log_tail_cut);
  if (recovered.damage) shard_.faults.reach(ports::Probe::log_damage_found);
  // Recovery has synced what the journal still waits for.
  for (auto& segment : segments_) {
    for (auto& waiter : std::exchange(segment->sync_waiters, {})) waiter.finished();
  }
  keep_pins();
  segments_.clear();
  for (RecoveredSegment& found : recovered.segments) {
    segments_.push_back(std::make_unique<Segment>(std::move(found.index), found.size));
    Segment& segment = *segments_.back();
    begin_age(segment);
    segment.aborted = std::move(found.aborted);
    segment.complete = found.complete;
    take_written(segment, found.written);
    segments_.back()->opening = true;
    segments_.back()->name_durable = !recovered.fresh;  // what has records was synced by recovery
  }
  epochs_ = std::move(recovered.epochs);
  if (!shard_.faults.planted(ports::Planted::producers_forgotten)) producers_ = std::move(recovered.producers);
  Reach& last = segments_.back()->appended;
  if (shard_.faults.planted(ports::Planted::offset_reused) && last.bytes > 0) last.next = last.next - 1;
  durable_end_ = end();
  fresh_ = recovered.fresh;
  snapshot_at_ = recovered.snapshot_at_end ? end() : kNoOffset;
  loose_snapshot_ = snapshot_at_ != segments_.back()->base() ? snapshot_at_ : kNoOffset;
  noted_base_ = kNoOffset;
  scrub_at_ = {};
  damage_ = std::move(recovered.damage);
  if (damage_) broken_ = true;
  publish_mark();
  unwritten_bytes_ = 0;
  stalled_ = false;

  struct Opening {
    std::size_t left;
    Status status;
    Callback<void(Status)> done;
  };
  auto opening = std::make_shared<Opening>(Opening{segments_.size(), Status(), std::move(done)});
  for (auto& segment : segments_) {
    shard_.files.open(path_of(*segment), ports::OpenMode::write,
                      while_alive([&segment = *segment, opening](Result<std::shared_ptr<ports::File>> file) {
                        segment.opening = false;
                        if (file) {
                          segment.pin = std::make_shared<Pin>(Pin{std::move(*file)});
                        } else {
                          opening->status = file.error();
                        }
                        if (--opening->left == 0) opening->done(opening->status);
                      }));
  }
}

void LogImpl::set_options(const LogOptions& options) {
  const bool now_durable = options.durable && !options_.durable;
  options_ = options;
  if (now_durable && phase_ == Phase::open) {
    for (auto& segment : segments_) want_sync(*segment);
  }
  write_at_turn_end();
}

}  // namespace millrace::log
