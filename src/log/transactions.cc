#include "log/transactions.h"

#include <algorithm>

#include "base/crc32c.h"

namespace millrace::log {
namespace {

constexpr std::int16_t kAbortedVersion = 0;
constexpr std::int16_t kSnapshotVersion = 1;
constexpr std::size_t kSnapshotHeaderBytes = 10;  // version, checksum, count
constexpr std::size_t kSnapshotEntryBytes = 46;
constexpr std::size_t kChecksumEnd = 6;

std::byte* bytes_of(std::string& text) { return reinterpret_cast<std::byte*>(text.data()); }

// The sequence that lies `delta` before `sequence`, wrapped at 0.
std::int32_t sequence_minus(std::int32_t sequence, std::int32_t delta) {
  return sequence >= delta ? sequence - delta : INT32_MAX - (delta - sequence) + 1;
}

record::ProducerEntry parse_producer(const std::byte* at) {
  record::ProducerEntry entry;
  entry.epoch = ProducerEpoch(load_be<std::int16_t>(at + 8));
  record::ProducerBatch last;
  last.last_sequence = load_be<std::int32_t>(at + 10);
  last.last_offset = Offset(load_be<std::int64_t>(at + 14));
  last.offset_delta = load_be<std::int32_t>(at + 22);
  last.timestamp = WallTime(load_be<std::int64_t>(at + 26));
  entry.last_timestamp = last.timestamp;
  entry.coordinator_epoch = load_be<std::int32_t>(at + 34);
  entry.current_txn_first_offset = Offset(load_be<std::int64_t>(at + 38));
  if (last.last_offset >= Offset(0)) {
    last.first_sequence = last.last_sequence < 0 ? -1 : sequence_minus(last.last_sequence, last.offset_delta);
    entry.batches[entry.batch_count++] = last;
  } else {
    entry.marker_timestamp = last.timestamp;
  }
  return entry;
}

}  // namespace

std::string encode_aborted(const std::vector<AbortedTransaction>& aborted, std::size_t from) {
  std::string bytes((aborted.size() - from) * kAbortedEntryBytes, '\0');
  for (std::byte* at = bytes_of(bytes); from < aborted.size(); ++from, at += kAbortedEntryBytes) {
    store_be(at, kAbortedVersion);
    store_be(at + 2, aborted[from].producer.value());
    store_be(at + 10, aborted[from].first.value());
    store_be(at + 18, aborted[from].last.value());
    store_be(at + 26, aborted[from].last_stable.value());
  }
  return bytes;
}

std::optional<std::vector<AbortedTransaction>> parse_aborted(Bytes bytes, Offset base) {
  if (bytes.size() % kAbortedEntryBytes != 0) return std::nullopt;
  std::vector<AbortedTransaction> found;
  for (std::size_t i = 0; i < bytes.size(); i += kAbortedEntryBytes) {
    const std::byte* at = bytes.data() + i;
    const AbortedTransaction entry{ProducerId(load_be<std::int64_t>(at + 2)), Offset(load_be<std::int64_t>(at + 10)),
                                   Offset(load_be<std::int64_t>(at + 18)), Offset(load_be<std::int64_t>(at + 26))};
    if (load_be<std::int16_t>(at) != kAbortedVersion || entry.first < Offset(0) || entry.last < base) {
      return std::nullopt;
    }
    if (entry.first > entry.last || (!found.empty() && entry.last <= found.back().last)) return std::nullopt;
    found.push_back(entry);
  }
  return found;
}

std::optional<AbortedTransaction> ProducerState::note(const record::BatchView& batch) {
  if (!batch.has_producer()) return std::nullopt;
  const ProducerId producer = batch.producer_id();
  const auto known = table_.entries().find(producer);
  const Offset before = known == table_.entries().end() ? kNoOffset : known->second.current_txn_first_offset;
  table_.replay(batch);
  if (!batch.is_control()) {
    if (batch.is_transactional() && before == kNoOffset) open_.emplace(batch.base_offset(), producer);
    return std::nullopt;
  }
  if (before == kNoOffset) return std::nullopt;
  if (table_.entries().at(producer).current_txn_first_offset != kNoOffset) return std::nullopt;
  open_.erase(before);
  ended_.push_back({before, batch.last_offset()});
  const auto marker = record::end_marker(batch);
  if (!marker || marker->commit) return std::nullopt;
  const Offset stable = open_.empty() ? batch.next_offset() : open_.begin()->first;
  return AbortedTransaction{producer, before, batch.last_offset(), stable};
}

Offset ProducerState::first_unstable(Offset committed) const {
  Offset first = open_.empty() ? kNoOffset : open_.begin()->first;
  for (const Ended& ended : ended_) {
    if (ended.marker >= committed && (first == kNoOffset || ended.first < first)) first = ended.first;
  }
  return first;
}

void ProducerState::forget_below(Offset committed) {
  while (!ended_.empty() && ended_.front().marker < committed) ended_.pop_front();
}

std::string ProducerState::encode() const {
  const auto& entries = table_.entries();
  std::string bytes(kSnapshotHeaderBytes + entries.size() * kSnapshotEntryBytes, '\0');
  std::byte* at = bytes_of(bytes);
  store_be(at, kSnapshotVersion);
  store_be(at + kChecksumEnd, static_cast<std::int32_t>(entries.size()));
  at += kSnapshotHeaderBytes;
  for (const auto& [producer, entry] : entries) {
    record::ProducerBatch last;
    if (entry.batch_count > 0) last = entry.batches[entry.batch_count - 1];
    store_be(at, producer.value());
    store_be(at + 8, entry.epoch.value());
    store_be(at + 10, last.last_sequence);
    store_be(at + 14, last.last_offset.value());
    store_be(at + 22, last.offset_delta);
    store_be(at + 26, entry.last_timestamp.value());
    store_be(at + 34, entry.coordinator_epoch);
    store_be(at + 38, entry.current_txn_first_offset.value());
    at += kSnapshotEntryBytes;
  }
  store_be(bytes_of(bytes) + 2, crc32c(as_bytes(bytes).subspan(kChecksumEnd)));
  return bytes;
}

Result<ProducerState> ProducerState::parse(Bytes bytes, WallTime since) {
  if (bytes.size() < kSnapshotHeaderBytes || load_be<std::int16_t>(bytes.data()) != kSnapshotVersion ||
      load_be<std::uint32_t>(bytes.data() + 2) != crc32c(bytes.subspan(kChecksumEnd))) {
    return Error::corrupt;
  }
  const auto count = load_be<std::int32_t>(bytes.data() + kChecksumEnd);
  bytes = bytes.subspan(kSnapshotHeaderBytes);
  if (count < 0 || bytes.size() != static_cast<std::size_t>(count) * kSnapshotEntryBytes) return Error::corrupt;
  ProducerState state;
  for (std::size_t i = 0; i < bytes.size(); i += kSnapshotEntryBytes) {
    const ProducerId producer(load_be<std::int64_t>(bytes.data() + i));
    const record::ProducerEntry entry = parse_producer(bytes.data() + i);
    const bool open = entry.current_txn_first_offset >= Offset(0);
    if (!open && entry.last_timestamp < since) continue;
    state.table_.restore(producer, entry);
    if (open) state.open_.emplace(entry.current_txn_first_offset, producer);
  }
  return state;
}

}  // namespace millrace::log
