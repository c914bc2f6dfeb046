#include <algorithm>
#include <utility>

#include "log/log_impl.h"
#include "log/names.h"

namespace millrace::log {
namespace {

bool at_rest(const Segment& segment) {
  return !segment.opening && !segment.writing && !segment.syncing && !segment.has_unwritten() &&
         segment.synced.bytes == segment.written.bytes;
}

// What a job has renamed, and whether it came to the end.
struct Renamed {
  std::vector<std::string> paths;
  Status status;
};

// Job: every file of these segments gets the suffix of what waits for its removal. Oldest first, each durably before
// the next, so that a crash leaves no hole in the middle of the log.
Renamed rename_segments(ports::BlockingFiles& files, const std::string& directory, const std::vector<Offset>& bases) {
  Renamed renamed;
  const auto entries = files.list(directory);
  if (!entries) {
    renamed.status = entries.error();
    return renamed;
  }
  for (const Offset base : bases) {
    const std::string number = offset_name(base);
    for (const auto& entry : *entries) {
      const std::string_view name = entry.name;
      if (!name.starts_with(number) || name.ends_with(kDeletedSuffix) || name.ends_with(kCutSuffix)) continue;
      const std::string path = directory + "/" + entry.name;
      renamed.status = files.rename(path, path + std::string(kDeletedSuffix));
      if (!renamed.status) return renamed;
      renamed.paths.push_back(path + std::string(kDeletedSuffix));
    }
    renamed.status = files.sync_directory(directory);
    if (!renamed.status) return renamed;
  }
  return renamed;
}

}  // namespace

Status LogImpl::advance_start(Offset offset) {
  if (cutting_back()) return Error::would_block;
  if (phase_ != Phase::open) return Error::closed;
  if (offset > durable_end_) return Error::out_of_range;
  if (offset <= start()) return {};
  start_ = offset;
  if (epochs_.truncate_front(offset)) epochs_changed_ = true;
  shard_.faults.reach(ports::Probe::log_start_moved);
  write_at_turn_end();
  return {};
}

// Gives up the files of segments that lie wholly below the start. Never before the segment that follows is there for
// good: a log without a segment would begin at offset 0 again.
void LogImpl::drop_below_start() {
  if (jobs_ > 0 || broken_ || phase_ != Phase::open) return;
  std::vector<Offset> bases;
  Remover::Readers readers = former_pins_;
  const bool early = shard_.faults.planted(ports::Planted::segment_dropped_early);
  const auto below_start = [&] { return early ? segments_[0]->base() < start_ : segments_[1]->base() <= start_; };
  while (segments_.size() > 1 && below_start() && segments_[1]->name_durable && at_rest(*segments_.front())) {
    bases.push_back(segments_.front()->base());
    readers.push_back(segments_.front()->pin);
    segments_.pop_front();
  }
  if (bases.empty()) return;
  ++jobs_;
  ports::run_job<Renamed>(
      shard_.jobs,
      [directory = directory_, bases](ports::BlockingFiles& files) { return rename_segments(files, directory, bases); },
      while_alive([this, readers = std::move(readers)](Renamed renamed) mutable {
        --jobs_;
        if (!renamed.status) {
          shard_.log.warning(directory_ + ": segments below the log start cannot be renamed (" +
                             to_string(renamed.status.error()) + "); the next start will find them again");
        }
        shard_.faults.reach(ports::Probe::log_segment_dropped);
        committer_.remover().remove_files(std::move(renamed.paths), options_.file_delete_delay, std::move(readers));
        advance();
      }));
}

// `unknown`: no record has a timestamp, and the file has not been asked for its own yet.
bool LogImpl::too_old(const Segment& segment, WallTime now, bool& unknown) const {
  if (options_.retention < Millis(0)) return false;
  WallTime newest = segment.index.max_timestamp();
  if (newest < WallTime(0)) {
    unknown = !modified_ || modified_->base != segment.base();
    if (unknown) return false;
    newest = modified_->at;
  }
  // Timestamps are not negative here: the difference stays within 64 bits. One in the future keeps its segment.
  return now - newest > options_.retention.value();
}

void LogImpl::retain(Offset upto) {
  if (phase_ != Phase::open || broken_ || !options_.remove_old) return;
  upto = shard_.faults.planted(ports::Planted::retention_unbounded) ? durable_end_ : std::min(upto, durable_end_);
  const std::size_t count = segments_.size();
  const auto upper = [&](std::size_t i) { return i + 1 < count ? segments_[i + 1]->base() : end(); };
  const auto may_go = [&](std::size_t i) {
    return i < count && upper(i) <= upto && segments_[i]->appended.bytes > 0;
  };
  std::size_t gone = 0;
  while (gone + 1 < count && upper(gone) <= start_) ++gone;
  const std::size_t before = gone;

  std::uint64_t kept = 0;
  for (std::size_t i = gone; i < count; ++i) kept += segments_[i]->appended.bytes;
  const auto limit = static_cast<std::uint64_t>(std::max<std::int64_t>(options_.retention_bytes, 0));
  for (; options_.retention_bytes >= 0 && may_go(gone) && kept >= limit + segments_[gone]->appended.bytes; ++gone) {
    kept -= segments_[gone]->appended.bytes;
  }
  bool unknown = false;
  const WallTime now = shard_.clock.wall();
  while (may_go(gone) && too_old(*segments_[gone], now, unknown)) ++gone;
  if (unknown) ask_modified(*segments_[gone], upto);
  modified_.reset();
  if (gone == before) return;
  const Offset start = upper(gone - 1);
  if (gone == count) roll();
  static_cast<void>(advance_start(start));  // at or below durable_end(), and the log is open
}

// Goes on with retain() when it is known.
void LogImpl::ask_modified(const Segment& segment, Offset upto) {
  if (segment.pin == nullptr) return;
  ++jobs_;
  ports::run_job<Result<WallTime>>(
      shard_.jobs,
      [path = path_of(segment)](ports::BlockingFiles& files) -> Result<WallTime> {
        auto file = files.open(path, ports::OpenMode::read);
        if (!file) return file.error();
        return (*file)->modified();
      },
      while_alive([this, base = segment.base(), opened = segment.opened_at, upto](Result<WallTime> modified) {
        --jobs_;
        if (modified || modified.error() == Error::unsupported) {
          modified_ = Modified{base, modified ? *modified : opened};
          retain(upto);
        }
        advance();
      }));
}

bool LogImpl::must_flush(const Segment& segment) const {
  // What the journal vouches for is synced when the journal wants its place back.
  const bool safe = segment.safe().bytes == segment.written.bytes ||
                    (segment.journal_from <= segment.synced.bytes && segment.journal_next == segment.written.bytes);
  return (options_.durable && !safe) || !segment.sync_waiters.empty() || &segment != segments_.back().get() ||
         phase_ == Phase::closing || phase_ == Phase::truncating || unflushed_ >= options_.flush_messages;
}

void LogImpl::flush_if_due() {
  if (options_.durable || phase_ != Phase::open || options_.flush_interval.value() == INT64_MAX) return;
  if (shard_.clock.now() < flushed_at_ + options_.flush_interval) return;
  for (auto& segment : segments_) want_sync(*segment);
}

}  // namespace millrace::log
