#include "log/segment_index.h"

#include <algorithm>

namespace millrace::log {

SegmentIndex SegmentIndex::closed(Offset base, Offset next, WallTime max_timestamp, Offset max_timestamp_offset) {
  SegmentIndex index(base);
  index.next_ = next;
  index.max_timestamp_ = max_timestamp;
  index.max_timestamp_offset_ = max_timestamp_offset;
  index.loaded_ = false;
  return index;
}

void SegmentIndex::note(const record::BatchView& batch, std::uint64_t position, std::uint64_t interval) {
  const auto relative = static_cast<std::uint32_t>(batch.last_offset() - base_);
  if (next_ == base_ && position == 0) first_timestamp_ = batch.max_timestamp();
  if (batch.max_timestamp() > max_timestamp_) {
    max_timestamp_ = batch.max_timestamp();
    max_timestamp_offset_ = batch.last_offset();
  }
  if (since_entry_ > interval) {
    offsets_.push_back({relative, static_cast<std::uint32_t>(position)});
    add_time();
    since_entry_ = 0;
  }
  since_entry_ += batch.size();
  next_ = batch.next_offset();
}

bool SegmentIndex::add_time() {
  const std::int64_t last_time = times_.empty() ? -1 : times_.back().timestamp;
  if (max_timestamp_.value() <= last_time) return false;
  times_.push_back({max_timestamp_.value(), static_cast<std::uint32_t>(max_timestamp_offset_ - base_)});
  return true;
}

bool SegmentIndex::seal() { return loaded_ && add_time(); }

bool SegmentIndex::load(Bytes offsets, Bytes times, std::uint64_t size) {
  if (offsets.size() % kOffsetEntryBytes != 0 || times.size() % kTimeEntryBytes != 0) return false;
  std::vector<OffsetEntry> found_offsets;
  for (std::size_t at = 0; at < offsets.size(); at += kOffsetEntryBytes) {
    const OffsetEntry entry{load_be<std::uint32_t>(offsets.data() + at),
                            load_be<std::uint32_t>(offsets.data() + at + 4)};
    const OffsetEntry before = found_offsets.empty() ? OffsetEntry{0, 0} : found_offsets.back();
    if (entry.last_offset > INT32_MAX || entry.position >= size) return false;
    if (entry.position <= before.position || entry.last_offset <= before.last_offset) return false;
    found_offsets.push_back(entry);
  }
  std::vector<TimeEntry> found_times;
  for (std::size_t at = 0; at < times.size(); at += kTimeEntryBytes) {
    const TimeEntry entry{load_be<std::int64_t>(times.data() + at), load_be<std::uint32_t>(times.data() + at + 8)};
    if (entry.last_offset > INT32_MAX || entry.timestamp < 0) return false;
    if (!found_times.empty() && (entry.timestamp <= found_times.back().timestamp ||
                                 entry.last_offset <= found_times.back().last_offset)) {
      return false;
    }
    found_times.push_back(entry);
  }
  offsets_ = std::move(found_offsets);
  times_ = std::move(found_times);
  if (!times_.empty() && times_.back().timestamp > max_timestamp_.value()) {
    max_timestamp_ = WallTime(times_.back().timestamp);
    max_timestamp_offset_ = base_ + std::int64_t{times_.back().last_offset};
  }
  loaded_ = true;
  return true;
}

void SegmentIndex::unload() {
  distrust();
  loaded_ = false;
}

void SegmentIndex::distrust() {
  offsets_ = {};
  times_ = {};
}

void SegmentIndex::continue_from(std::uint64_t since_entry, WallTime max_timestamp, Offset max_timestamp_offset) {
  since_entry_ = since_entry;
  max_timestamp_ = max_timestamp;
  max_timestamp_offset_ = max_timestamp_offset;
}

SegmentIndex::Hint SegmentIndex::hint_before(Offset offset) const {
  const std::int64_t wanted = offset - base_;
  const auto above =
      std::upper_bound(offsets_.begin(), offsets_.end(), wanted,
                       [](std::int64_t at, const OffsetEntry& e) { return at < std::int64_t{e.last_offset}; });
  if (above == offsets_.begin()) return {};
  return {std::prev(above)->position, base_ + std::int64_t{std::prev(above)->last_offset}};
}

SegmentIndex::Hint SegmentIndex::last_hint() const {
  if (offsets_.empty()) return {};
  return {offsets_.back().position, base_ + std::int64_t{offsets_.back().last_offset}};
}

SegmentIndex::Hint SegmentIndex::hint_at_most(std::uint64_t position) const {
  const auto above = std::upper_bound(offsets_.begin(), offsets_.end(), position,
                                      [](std::uint64_t at, const OffsetEntry& e) { return at < e.position; });
  if (above == offsets_.begin()) return {};
  return {std::prev(above)->position, base_ + std::int64_t{std::prev(above)->last_offset}};
}

SegmentIndex::TimeHint SegmentIndex::hint_before(WallTime time) const {
  // Entries below `time`: every batch up to the one that the last of them names is older than `time`.
  const auto reached = std::lower_bound(times_.begin(), times_.end(), time.value(),
                                        [](const TimeEntry& e, std::int64_t wanted) { return e.timestamp < wanted; });
  if (reached == times_.begin()) return {};
  const TimeEntry& entry = *std::prev(reached);
  const Offset last = base_ + std::int64_t{entry.last_offset};
  return {hint_before(last), last, WallTime(entry.timestamp)};
}

std::string SegmentIndex::encode_offsets(std::size_t from) const {
  std::string bytes((offsets_.size() - from) * kOffsetEntryBytes, '\0');
  auto* at = reinterpret_cast<std::byte*>(bytes.data());
  for (; from < offsets_.size(); ++from, at += kOffsetEntryBytes) {
    store_be(at, offsets_[from].last_offset);
    store_be(at + 4, offsets_[from].position);
  }
  return bytes;
}

std::string SegmentIndex::encode_times(std::size_t from) const {
  std::string bytes((times_.size() - from) * kTimeEntryBytes, '\0');
  auto* at = reinterpret_cast<std::byte*>(bytes.data());
  for (; from < times_.size(); ++from, at += kTimeEntryBytes) {
    store_be(at, times_[from].timestamp);
    store_be(at + 8, times_[from].last_offset);
  }
  return bytes;
}

}  // namespace millrace::log
