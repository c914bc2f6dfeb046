#include "log/segment_index.h"

#include <algorithm>

namespace millrace::log {

void SegmentIndex::note(const record::BatchView& batch, std::uint64_t position, std::uint64_t interval) {
  const auto relative = static_cast<std::uint32_t>(batch.last_offset() - base_);
  if (next_ == base_) first_timestamp_ = batch.max_timestamp();
  if (batch.max_timestamp() > max_timestamp_) {
    max_timestamp_ = batch.max_timestamp();
    max_timestamp_offset_ = batch.last_offset();
  }
  if (since_entry_ > interval) {
    offsets_.push_back({relative, static_cast<std::uint32_t>(position)});
    const std::int64_t last_time = times_.empty() ? -1 : times_.back().timestamp;
    if (max_timestamp_.value() > last_time) {
      times_.push_back({max_timestamp_.value(), static_cast<std::uint32_t>(max_timestamp_offset_ - base_)});
    }
    since_entry_ = 0;
  }
  since_entry_ += batch.size();
  next_ = batch.next_offset();
}

std::uint64_t SegmentIndex::position_before(Offset offset) const {
  const std::int64_t wanted = offset - base_;
  const auto above =
      std::upper_bound(offsets_.begin(), offsets_.end(), wanted,
                       [](std::int64_t at, const OffsetEntry& e) { return at < std::int64_t{e.last_offset}; });
  return above == offsets_.begin() ? 0 : std::prev(above)->position;
}

std::uint64_t SegmentIndex::batch_start_before(std::uint64_t position) const {
  const auto above = std::upper_bound(offsets_.begin(), offsets_.end(), position,
                                      [](std::uint64_t at, const OffsetEntry& e) { return at < e.position; });
  return above == offsets_.begin() ? 0 : std::prev(above)->position;
}

std::uint64_t SegmentIndex::position_before(WallTime time) const {
  // Entries below `time`: every batch up to the one that the last of them names is older than `time`.
  const auto reached = std::lower_bound(times_.begin(), times_.end(), time.value(),
                                        [](const TimeEntry& e, std::int64_t wanted) { return e.timestamp < wanted; });
  return reached == times_.begin() ? 0 : position_before(base_ + std::int64_t{std::prev(reached)->last_offset});
}

}  // namespace millrace::log
