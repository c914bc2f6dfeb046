#include <algorithm>
#include <utility>

#include "log/limits.h"
#include "log/log_impl.h"
#include "log/names.h"
#include "log/partition_metadata.h"
#include "log/side_files.h"

namespace millrace::log {

std::string LogImpl::path_of(const Segment& segment) const { return directory_ + "/" + segment_name(segment.base()); }

void LogImpl::write_at_turn_end() {
  if (std::exchange(write_scheduled_, true)) return;
  shard_.timers.at_turn_end(while_alive([this] {
    write_scheduled_ = false;
    advance();
  }));
}

void LogImpl::advance() {
  if (may_write()) {
    bool all_before_durable = true;
    for (auto& segment : segments_) {
      if (segment->pin == nullptr) {
        const bool early = shard_.faults.planted(ports::Planted::roll_before_durable);
        if (all_before_durable || early || !options_.durable) open_file(*segment);
      } else {
        if (segment->has_unwritten() && !fresh_) write(*segment);
        if (!segment->name_durable && !never_written()) sync_name(*segment);
      }
      all_before_durable = all_before_durable && segment->durable();
    }
    write_epochs();
    note_down();
  }
  drop_below_start();
  settle();
}

void LogImpl::open_file(Segment& segment) {
  if (std::exchange(segment.opening, true)) return;
  shard_.files.open(
      path_of(segment), ports::OpenMode::create,
      while_alive([this, &segment](Result<std::shared_ptr<ports::File>> file) { opened(segment, std::move(file)); }));
}

void LogImpl::opened(Segment& segment, Result<std::shared_ptr<ports::File>> file) {
  if (file && options_.preallocate && segment.written.bytes == 0) {
    ports::File& made = **file;
    return made.resize(FilePosition(options_.segment_bytes.value()),
                       while_alive([this, &segment, file = std::move(*file)](Status status) mutable {
                         if (!status) return taken_in(segment, status.error());
                         taken_in(segment, std::move(file));
                       }));
  }
  taken_in(segment, std::move(file));
}

void LogImpl::taken_in(Segment& segment, Result<std::shared_ptr<ports::File>> file) {
  segment.opening = false;
  if (file) {
    segment.pin = std::make_shared<Pin>(Pin{std::move(*file)});
    if (stalled_) stall(false);
  } else if (file.error() == Error::no_space) {
    stall(true);
  } else {
    fail(path_of(segment) + " cannot be made", file.error());
  }
  advance();
}

// The new name must be on the disk before anything in the file counts as durable.
void LogImpl::sync_name(Segment& segment) {
  if (std::exchange(segment.naming, true)) return;
  ++jobs_;
  ports::run_job<Status>(
      shard_.jobs,
      [directory = directory_, base = segment.base(), fresh = fresh_,
       skip = shard_.faults.planted(ports::Planted::directory_sync_skipped)](ports::BlockingFiles& files) -> Status {
        if (!fresh) make_index_files(files, directory, base);
        if (skip) return {};
        if (fresh) MR_TRY(sync_claim(files, directory));
        MR_TRY(files.sync_directory(directory));
        return fresh ? files.sync_directory(ports::parent_directory(directory)) : Status();
      },
      while_alive([this, &segment](Status status) {
        --jobs_;
        segment.naming = false;
        if (status) {
          segment.name_durable = true;
          fresh_ = false;
          update_durable_end();
        } else {
          fail(directory_ + " cannot be synced", status.error());
        }
        advance();
      }));
}

void LogImpl::write(Segment& segment) {
  if (std::exchange(segment.writing, true)) return;
  std::vector<Buffer> pieces;
  Reach reach = segment.written;
  for (const Segment::Unwritten& part : segment.tail) {
    if (pieces.size() == kMaxPiecesPerWrite) break;
    pieces.push_back(part.bytes);
    reach = {part.position + part.bytes.size(), part.next};
  }
  put_into_journal(segment, pieces, reach);
  const bool misplaced = retrying_ && shard_.faults.planted(ports::Planted::write_misplaced);
  segment.pin->file->write(FilePosition(segment.written.bytes + (misplaced ? 100 : 0)), std::move(pieces),
                           while_alive([this, &segment, reach](Status status) { wrote(segment, reach, status); }));
}

void LogImpl::wrote(Segment& segment, const Reach& reach, Status status) {
  segment.writing = false;
  if (status) {
    unwritten_bytes_ -= reach.bytes - segment.written.bytes;
    segment.written = reach;
    while (!segment.tail.empty() && segment.tail.front().position < reach.bytes) segment.tail.pop_front();
    if (stalled_) stall(false);
    if (must_flush(segment)) want_sync(segment);
    write_back(segment);
    update_durable_end();
  } else if (status.error() == Error::no_space) {
    // Nothing dependable was written and nothing is given up: the same bytes are written again at the same place.
    stall(true);
  } else {
    fail(path_of(segment) + " cannot be written", status.error());
  }
  advance();
}

void LogImpl::want_sync(Segment& segment) {
  if (segment.syncing || broken_ || segment.pin == nullptr || segment.synced.bytes == segment.written.bytes) return;
  segment.syncing = true;
  unflushed_ = 0;
  flushed_at_ = shard_.clock.now();
  committer_.add([this, alive = std::weak_ptr<bool>(alive_), &segment](Task finished) {
    if (alive.expired()) return finished();
    sync(segment, std::move(finished));
  });
}

void LogImpl::sync(Segment& segment, Task finished) {
  if (broken_) {
    segment.syncing = false;
    settle();
    return finished();
  }
  const bool too_far = shard_.faults.planted(ports::Planted::sync_counts_unwritten);
  segment.pin->file->sync([this, alive = std::weak_ptr<bool>(alive_), &segment,
                           reach = too_far ? segment.appended : segment.written,
                           ended = std::move(finished)](Status status) mutable {
    ended();
    if (alive.expired()) return;
    segment.syncing = false;
    if (status || shard_.faults.planted(ports::Planted::sync_failure_ignored)) {
      segment.synced = reach;
      call_sync_waiters(segment);
      if (must_flush(segment)) want_sync(segment);
      update_durable_end();
    } else {
      fail(path_of(segment) + " cannot be synced", status.error());
    }
    advance();
  });
}

void LogImpl::update_durable_end() {
  if (broken_) return;
  Offset reached = durable_end_;
  for (const auto& segment : segments_) {
    if (segment->durable() && segment != segments_.back()) continue;
    // What precedes this segment is durable, or only has to be written.
    const Reach& reach = options_.durable ? segment->safe() : segment->written;
    if (options_.durable ? segment->name_durable : segment->pin != nullptr) {
      reached = std::max(reached, reach.next);
    } else {
      reached = std::max(reached, segment->base());
    }
    if (reach.bytes < segment->appended.bytes || (options_.durable && !segment->name_durable)) break;
  }
  publish_mark();
  if (reached == durable_end_) return;
  durable_end_ = reached;
  listener_.on_durable(durable_end_);
}

// A log that was just made and has no record yet: nothing of it needs to be on the disk before it is closed.
bool LogImpl::never_written() const {
  return fresh_ && phase_ == Phase::open && segments_.size() == 1 && segments_.front()->appended.bytes == 0;
}

void LogImpl::write_epochs() {
  if (!epochs_changed_ || jobs_ > 0 || never_written()) return;
  epochs_changed_ = false;
  ++jobs_;
  ports::run_job<Status>(
      shard_.jobs,
      [path = directory_ + "/" + std::string(kEpochFile), text = epochs_.encode()](ports::BlockingFiles& files) {
        return ports::write_atomically(files, path, as_bytes(text));
      },
      while_alive([this](Status status) {
        --jobs_;
        epochs_failed_ = !status;
        if (!status) {
          // Recovery rebuilds the file from the batches, which carry their epochs: until then nothing is noted down
          // that would let it pass over some.
          shard_.log.warning(directory_ + "/" + std::string(kEpochFile) + " cannot be written (" +
                             to_string(status.error()) + "); the next epoch will try again");
        }
        advance();
      }));
}

void LogImpl::stall(bool stalled) {
  const bool was = std::exchange(stalled_, stalled);
  retrying_ = false;
  if (stalled) retry_when_there_is_space();
  if (was == stalled) return;
  if (stalled) {
    shard_.faults.reach(ports::Probe::log_disk_full);
    shard_.log.error(directory_ + ": the disk is full; appends are refused until there is space");
  } else {
    shard_.log.info(directory_ + ": there is space again");
  }
  listener_.on_stalled(stalled);
}

void LogImpl::retry_when_there_is_space() {
  if (std::exchange(retry_armed_, true)) return;
  shard_.timers.at(shard_.clock.now() + kNoSpaceRetry, while_alive([this] {
                     retry_armed_ = false;
                     if (!stalled_) return;
                     retrying_ = true;
                     advance();
                   }));
}

void LogImpl::fail(const std::string& what, Error error) {
  if (std::exchange(broken_, true)) return;
  shard_.faults.reach(ports::Probe::log_broken);
  shard_.log.error(what + " (" + to_string(error) + "): the log is closed for writing, durable up to offset " +
                   std::to_string(durable_end_.value()));
  listener_.on_broken();
}

bool LogImpl::idle() const {
  return jobs_ == 0 && std::none_of(segments_.begin(), segments_.end(), [](const auto& segment) {
           return segment->opening || segment->writing || segment->syncing;
         });
}

bool LogImpl::all_written() const {
  return std::none_of(segments_.begin(), segments_.end(), [](const auto& segment) { return segment->has_unwritten(); });
}

bool LogImpl::all_synced() const {
  return std::all_of(segments_.begin(), segments_.end(),
                     [](const auto& segment) { return segment->synced.bytes == segment->written.bytes; });
}

bool LogImpl::all_durable() const {
  return std::all_of(segments_.begin(), segments_.end(), [](const auto& segment) { return segment->durable(); });
}

}  // namespace millrace::log
