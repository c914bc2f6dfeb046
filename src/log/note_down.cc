#include <algorithm>
#include <charconv>
#include <utility>

#include "base/crc32c.h"
#include "log/limits.h"
#include "log/log_impl.h"
#include "log/names.h"

namespace millrace::log {
namespace {

// The next part of a file, and what the file then has.
FilePart part_of(std::string bytes, std::size_t entry, FileCount& count) {
  FilePart part{count.entries * entry, std::move(bytes)};
  count.crc = crc32c(as_bytes(part.bytes), count.crc);
  count.entries += part.bytes.size() / entry;
  return part;
}

}  // namespace

// What stands beside the log's segments is written off the path of appends, one job at a time: the files of a segment
// when it is closed and durable; those of the active one now and then, so that little has to be scanned after a crash.
void LogImpl::note_down() {
  if (jobs_ > 0 || stalled_ || epochs_failed_ || phase_ != Phase::open) return;
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    if (!segments_[i]->durable()) return;
    if (!segments_[i]->complete && !segments_[i]->side_failed && finish(*segments_[i], *segments_[i + 1])) return;
  }
  if (mark_slot_ && options_.durable) note_down_active();
}

SideWrite LogImpl::side_write(Segment& segment, bool final) const {
  if (final) segment.index.seal();
  SideWrite write;
  write.base = segment.base();
  write.final = final;
  write.offsets = part_of(segment.index.encode_offsets(segment.side.offsets.entries), kOffsetEntryBytes,
                          segment.side.offsets);
  write.times = part_of(segment.index.encode_times(segment.side.times.entries), kTimeEntryBytes, segment.side.times);
  write.aborted = part_of(encode_aborted(segment.aborted, segment.side.aborted.entries), kAbortedEntryBytes,
                          segment.side.aborted);
  write.size = final ? std::optional(segment.appended.bytes) : std::nullopt;
  segment.side.position = segment.appended.bytes;
  return write;
}

bool LogImpl::finish(Segment& segment, const Segment& next) {
  SideWrite write = side_write(segment, true);
  if (!next.first_producers.empty()) write.snapshot = SideWrite::Snapshot{next.base(), next.first_producers};
  ++jobs_;
  ports::run_job<Status>(
      shard_.jobs,
      [directory = directory_, write = std::move(write)](ports::BlockingFiles& files) {
        return write_side_files(files, directory, write);
      },
      while_alive([this, &segment, at = next.base()](Status status) {
        --jobs_;
        if (status) {
          segment.complete = true;
          snapshot_at_ = std::max(snapshot_at_, at);
          // Readers of the newest closed segment are common; older ones fetch their index when they come.
          for (const auto& other : segments_) {
            if (other->base() < segment.base() && other->complete) other->index.unload();
            if (other->base() == at) other->first_producers.clear();
          }
          publish_mark();
        } else {
          segment.side_failed = true;
          segment.side = {};
          shard_.log.warning(directory_ + "/" + offset_name(segment.base()) + ": the indexes cannot be written (" +
                             to_string(status.error()) + "); they are made again from the batches");
        }
        advance();
      }));
  return true;
}

void LogImpl::note_down_active() {
  Segment& segment = active();
  if (segment.side_failed || segment.pin == nullptr) return;
  const bool enough = segment.appended.bytes - segment.side.position >= kNoteDownBytes ||
                      segment.index.offset_count() - segment.side.offsets.entries >= kNoteDownEntries;
  if (!enough && segment.appended.bytes == segment.side.position) return;
  if (!enough && !shard_.faults.strike(ports::FaultPoint::log_note_down_early)) return;
  SideWrite write = side_write(segment, false);
  write.snapshot = SideWrite::Snapshot{segment.appended.next, producers_.encode()};
  write.snapshot_gone = loose_snapshot_;
  const Segment::Side& side = segment.side;
  DurableMark::Files noted{segment.appended.next,
                           segment.appended.bytes,
                           static_cast<std::uint32_t>(side.offsets.entries),
                           side.offsets.crc,
                           static_cast<std::uint32_t>(side.times.entries),
                           side.times.crc,
                           static_cast<std::uint32_t>(side.aborted.entries),
                           side.aborted.crc,
                           static_cast<std::uint32_t>(segment.index.since_entry()),
                           segment.index.max_timestamp(),
                           segment.index.max_timestamp_offset()};
  ++jobs_;
  ports::run_job<Status>(
      shard_.jobs,
      [directory = directory_, write = std::move(write)](ports::BlockingFiles& files) {
        return write_side_files(files, directory, write);
      },
      while_alive([this, &segment, noted](Status status) {
        --jobs_;
        if (status) {
          noted_base_ = segment.base();
          noted_ = noted;
          loose_snapshot_ = snapshot_at_ = noted.snapshot;
        } else {
          segment.side_failed = true;
          segment.side = {};
        }
        advance();
      }));
}

// The last act before the files are closed: the indexes of every segment that does not have them, and the producers.
void LogImpl::finish_all(Callback<void(Status)> done) {
  std::vector<SideWrite> writes;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    Segment& segment = *segments_[i];
    const bool last = i + 1 == segments_.size();
    const bool snapshot = !last || snapshot_at_ != end();
    if (segment.complete && (!last || !snapshot)) continue;
    // A closed segment whose entries are in its files needs nothing; one that failed is made whole.
    if (segment.side_failed) segment.side = {};
    SideWrite write = side_write(segment, true);
    if (last && snapshot) {
      write.snapshot = SideWrite::Snapshot{end(), producers_.encode()};
      write.snapshot_gone = loose_snapshot_;
    } else if (!last && !segments_[i + 1]->first_producers.empty()) {
      write.snapshot = SideWrite::Snapshot{segments_[i + 1]->base(), segments_[i + 1]->first_producers};
    }
    writes.push_back(std::move(write));
  }
  if (writes.empty()) return done({});
  ++jobs_;
  ports::run_job<Status>(
      shard_.jobs,
      [directory = directory_, writes = std::move(writes)](ports::BlockingFiles& files) -> Status {
        for (const SideWrite& write : writes) MR_TRY(write_side_files(files, directory, write));
        return {};
      },
      while_alive([this, done = std::move(done)](Status status) mutable {
        --jobs_;
        done(status);
      }));
}

// Where the first segment begins whose index files are not on the disk, or the last.
Offset LogImpl::indexed_end() const {
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    if (!segments_[i]->complete) return segments_[i]->base();
  }
  return segments_.back()->base();
}

Offset LogImpl::recovery_point() const {
  if (shard_.faults.planted(ports::Planted::recovery_point_too_far)) return end();
  if (indexed_end() < segments_.back()->base()) return std::min(durable_end_, indexed_end());
  // Kafka, which knows nothing of a journal, may go by it.
  const Segment& last = *segments_.back();
  return options_.durable ? std::min(durable_end_, last.name_durable ? last.synced.next : last.base()) : durable_end_;
}

// Tells the committer how far this log is on the disk; it writes that down with its next round.
void LogImpl::publish_mark() {
  if (!mark_slot_ || broken_ || !options_.durable) return;
  if (phase_ != Phase::open && phase_ != Phase::closing) return;
  DurableMark mark;
  mark.life = mark_life_;
  mark.trusted = indexed_end();
  for (const auto& segment : segments_) {
    mark.base = segment->base();
    const bool too_far = shard_.faults.planted(ports::Planted::mark_of_unsynced);
    mark.position = segment->name_durable ? (too_far ? segment->written : segment->synced).bytes : 0;
    mark.end = segment->name_durable ? segment->synced.next : segment->base();
    if (!segment->durable()) break;
  }
  if (noted_base_ == mark.base && noted_.position <= mark.position) mark.files = noted_;
  mark_slot_->file->set(mark_slot_->index, encode_mark(mark_slot_->key, mark));
}

std::vector<AbortedTransaction> LogImpl::aborted_transactions(Offset from, Offset upto) const {
  std::vector<AbortedTransaction> found;
  auto at = std::upper_bound(segments_.begin(), segments_.end(), from,
                             [](Offset wanted, const auto& segment) { return wanted < segment->base(); });
  if (at != segments_.begin()) --at;
  for (; at != segments_.end(); ++at) {
    for (const AbortedTransaction& aborted : (*at)->aborted) {
      if (aborted.last >= from && aborted.first < upto) found.push_back(aborted);
      if (aborted.last_stable >= upto) return found;
    }
  }
  return found;
}

}  // namespace millrace::log
