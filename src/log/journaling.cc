// A log's side of the journal.
#include <algorithm>
#include <utility>

#include "log/limits.h"
#include "log/log_impl.h"
#include "log/names.h"

namespace millrace::log {

bool LogImpl::journaling() const { return journaled_ && options_.durable && phase_ == Phase::open && !broken_; }

// Has the bytes that are about to be written made durable by the journal, if it takes them; else they have to be synced
// in their file.
void LogImpl::put_into_journal(Segment& segment, const std::vector<Buffer>& pieces, const Reach& reach) {
  if (!journaling()) return;
  SyncChoice& choice = committer_.choice();
  choice.note(segment.counted, reach.bytes - segment.written.bytes);
  if (!choice.journal()) return;
  Journal& journal = committer_.journal(mark_slot_->file->log_dir());
  const std::uint64_t from = segment.written.bytes;
  const bool taken = journal.takes(reach.bytes - from);
  if (witness_ == Witness::none) leave_witness();
  if (!taken || witness_ != Witness::durable) return;
  if (segment.journal_next != from) {
    segment.journal_from = from;
    segment.journaled = {from, segment.written.next};
  }
  segment.journal_next = reach.bytes;
  if (shard_.faults.planted(ports::Planted::journal_not_awaited)) segment.journaled = reach;
  if (segment.journal_file != journal.filling()) {
    segment.journal_file = journal.filling();
    // A log that is gone without having been synced leaves the journal as it is.
    journal.before_reuse([this, alive = std::weak_ptr<bool>(alive_), needed = journal_needed_,
                          base = segment.base()](Task finished) {
      if (!*needed) return finished();
      if (alive.expired()) return;
      for (auto& entry : segments_) {
        if (entry->base() == base) return settle_journal(*entry, std::move(finished));
      }
      finished();
    });
  }
  journal.add({topic_id_, std::string(base_name(directory_))}, segment.base(), from, pieces,
              while_alive([this, base = segment.base(), from, reach](Status status) {
                if (phase_ == Phase::cutting) return;  // nothing of it is left, or recovery syncs it
                for (auto& entry : segments_) {
                  if (entry->base() != base) continue;
                  if (!status) {
                    // Nothing from here on is vouched for, whatever follows.
                    entry->journal_from = entry->journal_next = UINT64_MAX;
                    if (entry->synced.bytes < entry->written.bytes) want_sync(*entry);
                  } else if (entry->journal_from <= from && entry->journaled.bytes == from) {
                    entry->journaled = reach;
                    update_durable_end();
                  }
                }
                advance();
              }));
}

// What the journal says of this log counts only beside a file that Kafka removes. Its name may be there, and not on the
// disk, since a life that ended early.
void LogImpl::leave_witness() {
  witness_ = Witness::under_way;
  ++jobs_;
  ports::run_job<Status>(
      shard_.jobs,
      [directory = directory_](ports::BlockingFiles& files) -> Status {
        const auto made = files.open(directory + "/" + std::string(kWitnessFile), ports::OpenMode::create);
        return made ? files.sync_directory(directory) : made.error();
      },
      while_alive([this](Status status) {
        --jobs_;
        if (status) {
          witness_ = Witness::durable;
        } else if (status.error() == Error::no_space) {
          witness_ = Witness::none;
        } else {
          shard_.log.warning(directory_ + ": nothing of it can be journaled (" + to_string(status.error()) +
                             "); it is synced by itself");
        }
        advance();
      }));
}

// The journal vouches for nothing in these segments any more.
void LogImpl::distrust_journal() {
  for (auto& segment : segments_) segment->journal_from = segment->journal_next = UINT64_MAX;
}

void LogImpl::write_back(Segment& segment) {
  const std::uint64_t from = std::max(segment.synced.bytes, segment.written_back);
  if (!journaling() || segment.written.bytes < from + kWritebackBytes) return;
  segment.pin->file->begin_writeback(FilePosition(from), segment.written.bytes - from);
  segment.written_back = segment.written.bytes;
}

// The journal wants its place back: what it holds of this segment is synced in the segment.
void LogImpl::settle_journal(Segment& segment, Task finished) {
  if (shard_.faults.planted(ports::Planted::journal_reused_early)) return finished();
  // Also what the journal has already and the segment has not:
  //   1. a round ends before the write of the same bytes does   2. its file is given free   3. the write ends, and
  //   vouched for are bytes that the journal has no more
  const std::uint64_t given = segment.journal_next == UINT64_MAX ? 0 : segment.journal_next;
  const std::uint64_t upto = std::max(segment.written.bytes, given);
  segment.sync_waiters.push_back({upto, std::move(finished)});
  if (phase_ == Phase::cutting) return;  // the files and segments are the job's: adopt() tells who waits
  if (upto <= segment.synced.bytes) {
    call_sync_waiters(segment);
  } else {
    want_sync(segment);
  }
}

void LogImpl::call_sync_waiters(Segment& segment) {
  std::vector<Segment::SyncWaiter> waiters;
  waiters.swap(segment.sync_waiters);
  for (auto& waiter : waiters) {
    if (waiter.bytes <= segment.synced.bytes) {
      waiter.finished();
    } else {
      segment.sync_waiters.push_back(std::move(waiter));
    }
  }
}

}  // namespace millrace::log
