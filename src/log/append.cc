#include <algorithm>

#include "log/limits.h"
#include "log/log_impl.h"
#include "record/batch.h"

namespace millrace::log {

Status LogImpl::may_append(Bytes batches) const {
  if (broken_) return Error::io;
  if (cutting_back()) return Error::would_block;
  if (phase_ != Phase::open) return Error::closed;
  if (stalled_) return Error::no_space;
  if (batches.size() > std::min(options_.segment_bytes.value(), kMaxSegmentBytes)) return Error::too_large;
  if (unwritten_bytes_ + batches.size() > kMaxUnwrittenBytes && unwritten_bytes_ > 0) return Error::would_block;
  return {};
}

Result<AppendResult> LogImpl::append(Buffer batches, LeaderEpoch epoch) {
  MR_TRY(may_append(batches.bytes()));
  record::BatchWalk walk(batches.bytes());
  std::size_t count = 0;
  for (; walk.next(); ++count) {
    if (walk.batch().is_legacy()) return Error::corrupt;
  }
  if (walk.error() != Error::none || count == 0) return Error::corrupt;

  Offset next = end();
  for (record::BatchWalk again(batches.bytes()); again.next();) {
    record::MutableBatch batch(batches.writable().subspan(again.position(), again.batch().size()));
    batch.set_base_offset(next);
    batch.set_leader_epoch(epoch);
    next = batch.view().next_offset();
  }
  return add(std::move(batches));
}

Result<AppendResult> LogImpl::append_as_follower(Buffer batches) {
  MR_TRY(may_append(batches.bytes()));
  Offset next = end();
  record::BatchWalk walk(batches.bytes());
  for (bool first = true; walk.next(); first = false) {
    const record::BatchView& batch = walk.batch();
    if (batch.is_legacy() || !batch.crc_ok()) return Error::corrupt;
    if (first ? batch.base_offset() != next : batch.base_offset() < next) return Error::out_of_range;
    next = batch.next_offset();
  }
  if (walk.error() != Error::none || walk.position() != batches.size() || batches.empty()) return Error::corrupt;
  return add(std::move(batches));
}

// Adds batches whose offsets and epochs are right.
AppendResult LogImpl::add(Buffer batches) {
  AppendResult result;
  WallTime max_timestamp = kNoTime;
  result.base_offset = record::BatchView::parse(batches.bytes())->base_offset();
  for (record::BatchWalk walk(batches.bytes()); walk.next();) {
    max_timestamp = std::max(max_timestamp, walk.batch().max_timestamp());
    result.last_offset = walk.batch().last_offset();
  }
  if (must_roll(active(), batches.size(), max_timestamp, result.last_offset)) roll();

  Segment& segment = active();
  for (record::BatchWalk walk(batches.bytes()); walk.next();) {
    const record::BatchView& batch = walk.batch();
    segment.index.note(batch, segment.appended.bytes + walk.position(), options_.index_interval_bytes.value());
    const bool begun = epochs_.begin(batch.leader_epoch(), batch.base_offset());
    if (std::exchange(epoch_is_empty_, false) || begun) epochs_changed_ = true;
    if (auto aborted = producers_.note(batch)) segment.aborted.push_back(*aborted);
  }
  unflushed_ += result.last_offset - result.base_offset + 1;
  const std::uint64_t position = segment.appended.bytes;
  segment.complete = false;
  segment.appended = {position + batches.size(), result.last_offset + 1};
  unwritten_bytes_ += batches.size();
  segment.tail.push_back({position, std::move(batches), segment.appended.next});
  write_at_turn_end();
  return result;
}

bool LogImpl::must_roll(const Segment& active, std::uint64_t bytes, WallTime max_timestamp, Offset last) const {
  if (active.appended.bytes == 0) return false;
  if (shard_.faults.strike(ports::FaultPoint::log_roll_early)) return true;
  if (active.appended.bytes + bytes > std::min(options_.segment_bytes.value(), kMaxSegmentBytes)) return true;
  if (last - active.base() > INT32_MAX) return true;
  const std::uint64_t index_bytes = options_.segment_index_bytes.value();
  if (active.index.offset_count() >= std::max<std::uint64_t>(index_bytes / kOffsetEntryBytes, 1)) return true;
  if (active.index.time_count() + 1 >= std::max<std::uint64_t>(index_bytes / kTimeEntryBytes, 2)) return true;
  // The age is counted in record time; a segment whose first record has none is counted from when it was opened.
  const WallTime first = active.index.first_timestamp();
  // max_timestamp is at least -1: the difference of the two stays within 64 bits.
  const std::int64_t age = first.value() >= 0 ? max_timestamp - first : shard_.clock.wall() - active.opened_at;
  return age > options_.segment_ms.value() - active.jitter.value();
}

void LogImpl::roll() {
  auto segment = std::make_unique<Segment>(SegmentIndex(end()), 0);
  begin_age(*segment);
  segment->first_producers = producers_.encode();
  want_sync(active());
  segments_.push_back(std::move(segment));
  shard_.faults.reach(ports::Probe::log_segment_rolled);
}

// Segments of one topic are not all closed at once.
void LogImpl::begin_age(Segment& segment) {
  segment.opened_at = shard_.clock.wall();
  const auto most = static_cast<std::uint64_t>(std::max<std::int64_t>(options_.segment_jitter.value(), 0));
  segment.jitter = Millis(most > 0 ? static_cast<std::int64_t>(shard_.random.next() % most) : 0);
}

void LogImpl::begin_epoch(LeaderEpoch epoch) {
  if (epochs_.begin(epoch, end())) epoch_is_empty_ = true;
}

}  // namespace millrace::log
