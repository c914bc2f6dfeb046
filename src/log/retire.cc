#include <algorithm>
#include <utility>

#include "log/limits.h"
#include "log/log_impl.h"
#include "log/names.h"

namespace millrace::log {

// Runs what waits for the log to come to rest, if it has.
void LogImpl::settle() {
  if (!settled_ || !idle()) return;
  const bool can_write = !broken_ && !stalled_;
  if (phase_ == Phase::truncating && can_write && !all_written()) return;
  // What stays may be durable by the journal alone, which is about to forget the log.
  const bool forgets_first = shard_.faults.planted(ports::Planted::journal_forgets_first);
  if (phase_ == Phase::truncating && journaled_ && !broken_ && !all_synced() && !forgets_first) return;
  const bool early = shard_.faults.planted(ports::Planted::close_before_durable);
  if (phase_ == Phase::closing && can_write && (!(all_durable() || early) || epochs_changed_)) return;
  Task go_on = std::move(settled_);
  go_on();
}

void LogImpl::truncate(Offset offset, LeaderEpoch epoch, Callback<void(Status)> done) {
  if (phase_ != Phase::open || broken_) {
    shard_.timers.at_turn_end(
        [done = std::move(done), broken = broken_]() mutable { done(broken ? Error::io : Error::closed); });
    return;
  }
  if (const EpochEnd known = epochs_.end_of(epoch, end()); known.end != kNoOffset) offset = std::min(offset, known.end);
  if (offset >= end() && durable_end_ == end()) {
    shard_.timers.at_turn_end([done = std::move(done)]() mutable { done({}); });
    return;
  }
  phase_ = Phase::truncating;
  if (journaled_ && !shard_.faults.planted(ports::Planted::journal_forgets_first)) {
    for (auto& segment : segments_) want_sync(*segment);
  }
  settled_ = [this, offset, done = std::move(done)]() mutable { cut_when_unpinned(offset, std::move(done)); };
  write_at_turn_end();
}

// Nobody may still send bytes that are about to be cut: other bytes would come in their place.
void LogImpl::cut_when_unpinned(Offset offset, Callback<void(Status)> done) {
  const bool pinned = std::any_of(segments_.begin(), segments_.end(), [offset](const auto& segment) {
    return segment->appended.next > offset && segment->pinned();
  });
  if (pinned && !shard_.faults.planted(ports::Planted::cut_under_readers)) {
    shard_.timers.at(shard_.clock.now() + kPinRetry, while_alive([this, offset, done = std::move(done)]() mutable {
                       cut_when_unpinned(offset, std::move(done));
                     }));
    return;
  }
  if (broken_) {
    phase_ = Phase::open;
    return done(Error::io);
  }
  // The journal may have asked for a sync in the meantime, and the segments are about to be replaced.
  if (!idle()) {
    settled_ = [this, offset, done = std::move(done)]() mutable { cut_when_unpinned(offset, std::move(done)); };
    return;
  }
  // The cut goes by the files, and on a full disk some of what stays may not be there.
  const bool incomplete = std::any_of(segments_.begin(), segments_.end(), [offset](const auto& segment) {
    return segment->has_unwritten() && segment->written.next < offset;
  });
  if (incomplete) {
    phase_ = Phase::open;
    done(Error::no_space);
    return advance();
  }
  phase_ = Phase::cutting;
  const bool mark_stays = shard_.faults.planted(ports::Planted::mark_not_taken_back);
  if (!mark_slot_ || mark_stays) return cut_now(offset, std::move(done));
  if (!journaled_) return take_mark_back(offset, std::move(done));
  committer_.journal(mark_slot_->file->log_dir())
      .forget({topic_id_, std::string(base_name(directory_))},
              while_alive([this, offset, done = std::move(done)](Status forgotten) mutable {
                if (forgotten) {
                  distrust_journal();
                  return take_mark_back(offset, std::move(done));
                }
                phase_ = Phase::open;
                done(forgotten);
                advance();
              }));
}

// Nothing may be said to be on the disk any more that is about to be cut: from now on a new life of the log's marks
// counts. Its first one has a slot to itself, which is never written over while it counts:
//   1. the slot that moves forward is torn by a crash   2. a mark from before the truncation would count again
void LogImpl::take_mark_back(Offset offset, Callback<void(Status)> done) {
  DurableMark floor;
  floor.life = ++mark_life_;
  for (const auto& segment : segments_) {
    if (segment != segments_.front() && (segment->base() >= offset || segment->pin == nullptr)) break;
    floor.base = segment->base();
  }
  floor.end = floor.base;
  floor.trusted = std::min(floor.base, indexed_end());
  MarkFile& marks = *mark_slot_->file;
  const std::size_t slot = marks.take();
  marks.put(slot, encode_mark(mark_slot_->key, floor),
            while_alive([this, &marks, slot, offset, done = std::move(done)](Status status) mutable {
              if (status) {
                shard_.faults.reach(ports::Probe::log_mark_taken_back);
                if (floor_slot_) marks.free(*floor_slot_);
                floor_slot_ = slot;
                return cut_now(offset, std::move(done));
              }
              marks.free(slot);
              phase_ = Phase::open;
              if (status.error() != Error::no_space) fail(directory_ + ": its durable mark cannot be taken back",
                                                          status.error());
              done(status);
              advance();
            }));
}

void LogImpl::cut_now(Offset offset, Callback<void(Status)> done) {
  drop_unwritten();
  epochs_.truncate(offset);
  ++jobs_;
  RecoverySettings settings;
  settings.durable = options_.durable;
  settings.index_interval = options_.index_interval_bytes.value();
  settings.epochs = epochs_;
  struct Outcome {
    std::optional<CutPoint> point;
    Result<RecoveredLog, RecoveryFailure> log;
  };
  ports::run_job<Outcome>(
      shard_.jobs,
      [directory = directory_, offset, settings, indexed = indexed_end()](ports::BlockingFiles& files) mutable {
        std::optional<CutPoint> point;
        if (const auto cut = cut_log(files, directory, offset, point); !cut) {
          const std::string line = directory + " cannot be truncated (" + to_string(cut.error()) + ")";
          return Outcome{point, RecoveryFailure{cut.error(), line}};
        }
        // What stays is on the disk: damage in it is corruption.
        if (point) {
          settings.hints.recovery_point = std::min(point->base, indexed);
          DurableMark kept;
          kept.base = point->base;
          kept.position = point->position;
          kept.end = point->end;
          kept.trusted = settings.hints.recovery_point;
          settings.hints.mark = kept;
        }
        return Outcome{point, recover_log(files, directory, settings)};
      },
      while_alive([this, done = std::move(done)](Outcome outcome) mutable {
        --jobs_;
        if (!outcome.log) {
          phase_ = Phase::open;
          if (outcome.point) forget_behind(*outcome.point);
          fail(outcome.log.error().line, outcome.log.error().error);
          return done(outcome.log.error().error);
        }
        shard_.faults.reach(ports::Probe::log_cut_back);
        epochs_changed_ = true;
        adopt(std::move(*outcome.log), [this, done = std::move(done)](Status status) mutable {
          phase_ = Phase::open;
          start_ = std::min(start_, end());
          if (!status) fail(directory_ + " cannot be opened again after a truncation", status.error());
          done(status);
          advance();
        });
      }));
}

// What a full disk kept from being written is not written any more.
void LogImpl::drop_unwritten() {
  for (auto& segment : segments_) {
    segment->tail.clear();
    segment->appended = segment->written;
  }
  while (segments_.size() > 1 && segments_.back()->base() > segments_[segments_.size() - 2]->appended.next) {
    segments_.pop_back();  // what stood before it is gone
  }
  unwritten_bytes_ = 0;
}

// A truncation has failed on its way: what it was to cut is served no more.
void LogImpl::forget_behind(const CutPoint& point) {
  while (segments_.size() > 1 && segments_.back()->base() > point.base) segments_.pop_back();
  Segment& last = active();
  last.appended = last.written = last.synced = {point.position, point.end};
  durable_end_ = std::min(durable_end_, point.end);
}

void LogImpl::close(Callback<void(Status)> done) {
  MR_ASSERT(phase_ == Phase::open || cutting_back());
  if (cutting_back()) {
    shard_.timers.at(shard_.clock.now() + kPinRetry,
                     while_alive([this, done = std::move(done)]() mutable { close(std::move(done)); }));
    return;
  }
  phase_ = Phase::closing;
  for (auto& segment : segments_) want_sync(*segment);
  settled_ = [this, done = std::move(done)]() mutable {
    const bool early = shard_.faults.planted(ports::Planted::close_before_durable);
    if (broken_ || !(all_durable() || early)) return closed(broken_ ? Error::io : Error::no_space, std::move(done));
    if (epochs_failed_) return closed(Error::io, std::move(done));
    finish_all([this, done = std::move(done)](Status status) mutable { closed(status, std::move(done)); });
  };
  write_at_turn_end();
}

void LogImpl::closed(Status status, Callback<void(Status)> done) {
  phase_ = Phase::closed;
  if (status) *journal_needed_ = false;
  keep_pins();
  done(status);
}

// Closes the files for the log; whoever still reads them is known to what removes them.
void LogImpl::keep_pins() {
  std::erase_if(former_pins_, [](const auto& pin) { return pin.expired(); });
  for (auto& segment : segments_) {
    if (segment->pinned()) former_pins_.push_back(segment->pin);
    segment->pin.reset();
  }
}

void LogImpl::remove_left(const std::string& directory) {
  MR_ASSERT(phase_ == Phase::closed);
  committer_.remover().remove_directory(directory, options_.file_delete_delay, former_pins_);
}

void LogImpl::leave(Callback<void(Status)> done) {
  close([this, done = std::move(done)](Status status) mutable {
    if (!status) return done(status);
    disown(false, std::move(done));
  });
}

void LogImpl::remove(Millis delay, Callback<void(Status)> done) {
  MR_ASSERT(phase_ == Phase::open || cutting_back());
  if (cutting_back()) {
    shard_.timers.at(shard_.clock.now() + kPinRetry,
                     while_alive([this, delay, done = std::move(done)]() mutable { remove(delay, std::move(done)); }));
    return;
  }
  phase_ = Phase::removing;
  *journal_needed_ = false;
  for (auto& segment : segments_) {
    for (auto& waiter : std::exchange(segment->sync_waiters, {})) waiter.finished();
  }
  settled_ = [this, delay, done = std::move(done)]() mutable {
    // A full disk does not keep the log, whose removal makes space: rename_away() tries this again.
    disown(false, [this, delay, done = std::move(done)](Status) mutable { rename_away(delay, std::move(done)); });
  };
  write_at_turn_end();
}

// The same topic and partition may come back here with other contents (a reassignment, a move between directories):
// nothing that was said of this log may count then. `patient`: also if a journal that cannot be written has to go.
void LogImpl::disown(bool patient, Callback<void(Status)> done) {
  if (!mark_slot_) return done({});
  DurableMark nothing;
  nothing.life = mark_life_ + 1;
  nothing.base = kNoOffset;
  auto forget = while_alive([this, patient, done = std::move(done)](Status status) mutable {
    if (!status || !journaled_) return disowned(status, std::move(done));
    Journal& journal = committer_.journal(mark_slot_->file->log_dir());
    auto ended = while_alive([this, patient, &journal, done = std::move(done)](Status forgotten) mutable {
      if (forgotten || forgotten.error() != Error::io || !patient) return disowned(forgotten, std::move(done));
      journal.discard(while_alive(
          [this, done = std::move(done)](Status discarded) mutable { disowned(discarded, std::move(done)); }));
    });
    journal.forget({topic_id_, std::string(base_name(directory_))}, std::move(ended));
  });
  auto taken_back = while_alive([this, forget = std::move(forget)](Status status) mutable {
    if (status || status.error() == Error::no_space) return forget(status);
    // The marks cannot be written any more.
    ports::run_job<Status>(
        shard_.jobs,
        [dir = mark_slot_->file->log_dir(), key = mark_slot_->key, life = mark_life_](ports::BlockingFiles& files) {
          DurableMark refused;
          refused.life = life;
          return refuse_mark(files, dir, key, refused);
        },
        std::move(forget));
  });
  mark_slot_->file->put(mark_slot_->index, encode_mark(mark_slot_->key, nothing), std::move(taken_back));
}

void LogImpl::disowned(Status status, Callback<void(Status)> done) {
  if (status) {
    MarkFile& marks = *mark_slot_->file;
    if (floor_slot_) marks.free(*std::exchange(floor_slot_, std::nullopt));
    if (mark_life_ == 1) marks.free(mark_slot_->index);  // else it has to outdo the marks of earlier lives
    mark_slot_.reset();
  }
  done(status);
}

void LogImpl::disown_for_good(bool told, Task then) {
  disown(true, [this, told, then = std::move(then)](Status status) mutable {
    if (status) return then();
    if (!told) {
      shard_.log.warning(directory_ + " was removed, and what was noted of it cannot be taken back (" +
                         to_string(status.error()) + "): the partition cannot come back here before that");
    }
    shard_.timers.at(shard_.clock.now() + kNoSpaceRetry,
                     while_alive([this, then = std::move(then)]() mutable { disown_for_good(true, std::move(then)); }));
  });
}

void LogImpl::rename_away(Millis delay, Callback<void(Status)> done) {
  keep_pins();
  const std::string parent = ports::parent_directory(directory_);
  const std::string target = parent + "/" + deleted_name(base_name(directory_), shard_.random.uuid());
  ports::run_job<Status>(
      shard_.jobs,
      [from = directory_, target](ports::BlockingFiles& files) { return files.rename(from, target); },
      while_alive([this, parent, target, delay, done = std::move(done)](Status renamed) mutable {
        phase_ = Phase::closed;
        if (!renamed) return done(renamed);
        committer_.directory_syncs().sync(
            parent, while_alive([this, target, delay, done = std::move(done)](Status synced) mutable {
              if (!synced) return done(synced);
              committer_.remover().remove_directory(target, delay, former_pins_);
              disown_for_good(false, [done = std::move(done)]() mutable { done({}); });
            }));
      }));
}

}  // namespace millrace::log
