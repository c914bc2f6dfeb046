#include <algorithm>
#include <array>

#include "log/limits.h"
#include "log/log_impl.h"
#include "record/batch.h"

namespace millrace::log {
namespace {

// Headers of a segment's batches, from the file as far as it is in memory, and from what is not written yet.
class Headers {
 public:
  explicit Headers(const Segment& segment) : segment_(segment) {}

  // Error::would_block where the disk would have to be waited for; Error::corrupt where no batch begins.
  Result<record::BatchView> at(std::uint64_t position) {
    if (position >= segment_.written.bytes) return unwritten(position);
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(record::kBatchHeaderBytes, segment_.written.bytes - position));
    if (position < begin_ || position + wanted > begin_ + size_) {
      const auto ask =
          static_cast<std::size_t>(std::min<std::uint64_t>(window_.size(), segment_.written.bytes - position));
      const auto got = segment_.pin->file->read_cached(FilePosition(position), MutableBytes(window_).first(ask));
      if (!got) return got.error();
      begin_ = position;
      size_ = *got;
      if (size_ < wanted) return Error::would_block;
    }
    const auto from = static_cast<std::size_t>(position - begin_);
    auto batch = record::BatchView::parse_header(Bytes(window_).subspan(from, size_ - from));
    return batch || batch.error() != Error::truncated ? batch : Result<record::BatchView>(Error::corrupt);
  }

 private:
  Result<record::BatchView> unwritten(std::uint64_t position) const {
    const auto part = std::upper_bound(segment_.tail.begin(), segment_.tail.end(), position,
                                       [](std::uint64_t at, const auto& entry) { return at < entry.position; });
    MR_ASSERT(part != segment_.tail.begin());
    const Segment::Unwritten& found = *std::prev(part);
    return record::BatchView::parse_header(
        found.bytes.bytes().subspan(static_cast<std::size_t>(position - found.position)));
  }

  const Segment& segment_;
  std::array<std::byte, kHeaderScanBytes> window_;
  std::uint64_t begin_ = 0;
  std::size_t size_ = 0;
};

bool misleads(const SegmentIndex::Hint& hint, const Result<record::BatchView>& batch) {
  if (hint.last_offset == kNoOffset) return false;
  return batch ? batch->last_offset() != hint.last_offset : batch.error() == Error::corrupt;
}

}  // namespace

// Where the first batch begins whose last offset is at least `offset`; the end of the segment without one.
Result<std::uint64_t> LogImpl::locate(Segment& segment, Offset offset) {
  if (offset >= segment.appended.next) return segment.appended.bytes;
  if (!segment.index.loaded()) return missing_index(segment);
  Headers headers(segment);
  const SegmentIndex::Hint hint = segment.index.hint_before(offset);
  const bool believes = shard_.faults.planted(ports::Planted::index_not_checked);
  std::uint64_t position = hint.position;
  while (position < segment.appended.bytes) {
    const auto batch = headers.at(position);
    if (position == hint.position && misleads(hint, batch) && !believes) {
      distrust_index(segment);
      return locate(segment, offset);
    }
    if (!batch) {
      missing_ = {segment.pin ? segment.pin->file : nullptr, position};
      return batch.error();
    }
    if (batch->last_offset() >= offset) return position;
    position += batch->size();
  }
  return segment.appended.bytes;
}

Result<std::uint64_t> LogImpl::missing_index(const Segment& segment) {
  missing_ = {nullptr, 0, segment.base()};
  return Error::would_block;
}

// An index entry is only a hint: if it leads to another batch, or to none, the whole index is wrong.
void LogImpl::distrust_index(Segment& segment) {
  shard_.faults.reach(ports::Probe::log_index_distrusted);
  shard_.log.warning(path_of(segment) + ": the index is wrong, and is not used any more");
  segment.index.distrust();
  segment.side = {};
}

// The last position at most `limit` where a batch ends that begins at or after `from`; `from` without one.
Result<std::uint64_t> LogImpl::last_boundary(Segment& segment, std::uint64_t from, std::uint64_t limit) {
  if (!segment.index.loaded()) return missing_index(segment);
  Headers headers(segment);
  const SegmentIndex::Hint hint = segment.index.hint_at_most(limit);
  const bool believes = shard_.faults.planted(ports::Planted::index_not_checked);
  std::uint64_t position = std::max(from, hint.position);
  while (position < segment.appended.bytes) {
    const auto batch = headers.at(position);
    if (position == hint.position && misleads(hint, batch) && !believes) {
      distrust_index(segment);
      return last_boundary(segment, from, limit);
    }
    if (!batch) {
      missing_ = {segment.pin ? segment.pin->file : nullptr, position};
      return batch.error();
    }
    if (position + batch->size() > limit) break;
    position += batch->size();
  }
  return position;
}

// Where a read that begins at `from` ends in this segment. `whole`: the first batch is given whatever its size.
Result<std::uint64_t> LogImpl::range_end(Segment& segment, std::uint64_t from, Offset upto, std::uint64_t room,
                                         bool whole) {
  const auto end = locate(segment, upto);
  if (!end || *end <= from || *end - from <= room) return end;
  const auto boundary = last_boundary(segment, from, from + room);
  if (!boundary || *boundary > from || !whole) return boundary;
  Headers headers(segment);
  const auto first = headers.at(from);
  if (!first) {
    missing_ = {segment.pin ? segment.pin->file : nullptr, from};
    return first.error();
  }
  return from + first->size();
}

void LogImpl::add_range(const Segment& segment, std::uint64_t from, std::uint64_t to, ReadPlan& plan) const {
  plan.size += to - from;
  if (from < segment.written.bytes) {
    const std::uint64_t until = std::min(to, segment.written.bytes);
    plan.pieces.push_back(ports::Piece::of(segment.pinned_file(), FilePosition(from), until - from));
    from = until;
  }
  for (const Segment::Unwritten& part : segment.tail) {
    const std::uint64_t part_end = part.position + part.bytes.size();
    if (from >= to || part.position >= to) break;
    if (part_end <= from) continue;
    const std::uint64_t until = std::min(to, part_end);
    plan.pieces.push_back(ports::Piece::of(
        part.bytes.slice(static_cast<std::size_t>(from - part.position), static_cast<std::size_t>(until - from))));
    from = until;
  }
}

Result<ReadPlan> LogImpl::read(Offset from, Offset upto, std::uint64_t max_bytes, bool at_least_one) {
  missing_ = {};
  if (cutting_back()) return Error::would_block;
  if (phase_ == Phase::closed || phase_ == Phase::removing) return Error::closed;
  if (from < start() || from > end()) return Error::out_of_range;
  upto = std::min(upto, broken_ ? durable_end_ : end());
  ReadPlan plan;
  auto at = std::upper_bound(segments_.begin(), segments_.end(), from,
                             [](Offset wanted, const auto& segment) { return wanted < segment->base(); });
  for (--at; at != segments_.end() && (*at)->base() < upto && plan.size <= max_bytes; ++at) {
    Segment& segment = **at;
    const auto begin = from <= segment.base() ? Result<std::uint64_t>(0) : locate(segment, from);
    if (!begin) {
      if (plan.size > 0) break;
      shard_.faults.reach(ports::Probe::log_read_missed);
      return begin.error();
    }
    const bool first = plan.size == 0;
    const auto end = range_end(segment, *begin, upto, max_bytes - plan.size, first && at_least_one);
    if (!end) {
      if (!first) break;  // what has been found already is an answer
      shard_.faults.reach(ports::Probe::log_read_missed);
      return end.error();
    }
    const std::uint64_t segment_end = segment.appended.bytes;
    if (*end > *begin) add_range(segment, *begin, *end, plan);
    if (*end < segment_end) break;
  }
  return plan;
}

void LogImpl::when_readable(Task ready) {
  const auto wanted = std::find_if(segments_.begin(), segments_.end(),
                                   [this](const auto& segment) { return segment->base() == missing_.index_of; });
  if (missing_.index_of != kNoOffset && wanted != segments_.end()) return load_index_of(**wanted, std::move(ready));
  if (!missing_.file) {
    shard_.timers.at(shard_.clock.now() + kPinRetry, std::move(ready));
    return;
  }
  const auto file = missing_.file;
  file->read(FilePosition(missing_.position), kHeaderScanBytes,
             [ready = std::move(ready), file](Result<Buffer>) mutable { ready(); });
}

// Brings the index of a closed segment into memory, where at most a few of one log are at a time.
void LogImpl::load_index_of(const Segment& segment, Task ready) {
  ++jobs_;
  ports::run_job<Result<SegmentIndex>>(
      shard_.jobs,
      [directory = directory_, index = segment.index, size = segment.appended.bytes,
       interval = options_.index_interval_bytes.value()](ports::BlockingFiles& files) {
        return load_index(files, directory, index, size, interval);
      },
      while_alive([this, base = segment.base(), ready = std::move(ready)](Result<SegmentIndex> loaded) mutable {
        --jobs_;
        for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
          Segment& other = *segments_[i];
          if (other.base() == base && !other.index.loaded()) {
            // Without its index a segment is looked through from its beginning, which will show what is wrong.
            if (loaded) other.index = std::move(*loaded);
            else other.index.load({}, {}, 0);
          } else if (other.complete && i + 2 < segments_.size() && other.base() != base) {
            other.index.unload();
          }
        }
        ready();
        advance();
      }));
}

ByteCount LogImpl::size() const {
  ByteCount total{0};
  for (const auto& segment : segments_) total += segment->appended.bytes;
  return total;
}

}  // namespace millrace::log
