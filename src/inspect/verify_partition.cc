#include "inspect/verify_partition.h"

#include <algorithm>
#include <map>
#include <set>

#include "inspect/verify_segment.h"
#include "log/epochs.h"
#include "log/file_scan.h"
#include "log/limits.h"
#include "log/names.h"
#include "log/partition_metadata.h"
#include "log/transactions.h"

namespace millrace::inspect {
namespace {

class PartitionCheck {
 public:
  PartitionCheck(ports::BlockingFiles& files, const std::string& directory, const LeftAs& left)
      : files_(files), directory_(directory), left_(left) {}

  Result<PartitionFacts> run();

 private:
  std::string path(std::string_view name) const { return directory_ + "/" + std::string(name); }
  void find(std::string_view file, std::uint64_t position, Offset offset, std::string what) {
    facts_.findings.push_back({path(file), position, offset, std::move(what)});
  }
  bool has(std::string_view name) const { return names_.contains(std::string(name)); }

  void take_stock(const std::vector<ports::DirectoryEntry>& entries);
  Status segment(std::size_t i);
  Status scan(SegmentFacts& segment, ports::BlockingFile& file, std::uint64_t size);
  void note(SegmentFacts& segment, log::FileScan& batches, bool sound);
  void check_aborted(const SegmentFacts& segment);
  void check_snapshots_until(Offset offset);
  void check_snapshot(Offset at);
  void check_epochs();
  void check_metadata();
  void check_quorum_snapshot(const std::string& name);

  ports::BlockingFiles& files_;
  const std::string directory_;
  const LeftAs left_;
  PartitionFacts facts_;
  std::set<std::string> names_;
  std::vector<Offset> bases_;
  std::vector<Offset> snapshots_;
  std::size_t next_snapshot_ = 0;
  log::ProducerState producers_;
  std::vector<log::EpochStart> epochs_;  // first batch of each epoch
  LeaderEpoch last_epoch_ = kNoEpoch;
  bool dense_ = true;  // no offset is missing: nothing was compacted away
};

void PartitionCheck::take_stock(const std::vector<ports::DirectoryEntry>& entries) {
  for (const auto& entry : entries) {
    if (entry.is_directory) continue;
    names_.insert(entry.name);
    if (const auto base = log::parse_segment_name(entry.name)) bases_.push_back(*base);
    if (const auto at = log::parse_offset_name(entry.name, log::kSnapshotSuffix)) snapshots_.push_back(*at);
    if (entry.name.ends_with(".swap") || entry.name.ends_with(".cleaned")) {
      find(entry.name, 0, kNoOffset, "left by a compaction that was interrupted");
    }
  }
  std::sort(bases_.begin(), bases_.end());
  std::sort(snapshots_.begin(), snapshots_.end());
}

void PartitionCheck::note(SegmentFacts& segment, log::FileScan& batches, bool sound) {
  const record::BatchView& batch = batches.batch();
  segment.batches.push_back({batches.position(), batch.last_offset(), batch.max_timestamp()});
  ++facts_.batches;
  if (batch.is_legacy() ? false : batch.count() != batch.last_offset_delta() + 1) dense_ = false;
  if (facts_.end > bases_.front() && batch.base_offset() > facts_.end) dense_ = false;
  check_snapshots_until(batch.base_offset());
  const LeaderEpoch epoch = batch.leader_epoch();
  if (epoch >= LeaderEpoch(0)) {
    if (epoch < last_epoch_) {
      find(log::segment_name(segment.base), batches.position(), batch.base_offset(),
           "the leader epoch " + std::to_string(epoch.value()) + " is below the one before it");
    }
    if (epoch > last_epoch_) epochs_.push_back({epoch, batch.base_offset()});
    last_epoch_ = std::max(last_epoch_, epoch);
  }
  facts_.end = batch.next_offset();
  if (!sound || !batch.has_producer()) return;
  if (!batch.is_control()) {
    static_cast<void>(producers_.note(batch));
  } else if (const auto whole = batches.whole()) {
    if (const auto aborted = producers_.note(*whole)) segment.aborted.push_back(*aborted);
  }
}

Status PartitionCheck::scan(SegmentFacts& segment, ports::BlockingFile& file, std::uint64_t size) {
  const std::string name = log::segment_name(segment.base);
  log::FileScan batches(file, 0, size);
  if (segment.base < facts_.end) {
    find(name, 0, segment.base, "the segment begins below the end of the one before");
  }
  facts_.end = std::max(facts_.end, segment.base);
  while (batches.next()) {
    const record::BatchView& batch = batches.batch();
    const char* why = nullptr;
    const bool falls = !batch.is_legacy() && batch.base_offset() < facts_.end;
    if (falls) why = "the batch's offset is below the end of the one before";
    if (batch.is_legacy() && batch.last_offset() < facts_.end) why = "the message's offset is below the one before";
    if (batch.last_offset() - segment.base > INT32_MAX) why = "the batch's offset is too far from the segment's";
    if (why == nullptr && !batches.crc_ok()) why = "the batch's checksum is wrong";
    if (batches.stop() == log::FileScan::Stop::io) return Error::io;
    if (why != nullptr) {
      find(name, batches.position(), batch.base_offset(), why);
      if (!facts_.damaged_at) facts_.damaged_at = facts_.end;
    }
    note(segment, batches, why == nullptr);
  }
  if (batches.stop() == log::FileScan::Stop::io) return Error::io;
  if (batches.stop() == log::FileScan::Stop::damage) {
    find(name, batches.position(), facts_.end,
         std::string(batches.why()) + "; " + std::to_string(size - batches.position()) + " bytes stand there");
    if (!facts_.damaged_at) facts_.damaged_at = facts_.end;
    segment.damaged = true;
  }
  return {};
}

Status PartitionCheck::segment(std::size_t i) {
  SegmentFacts segment;
  segment.base = bases_[i];
  segment.active = i + 1 == bases_.size();
  segment.complete = !segment.active || (left_.clean && left_.served);
  const std::string name = path(log::segment_name(segment.base));
  auto file = files_.open(name, ports::OpenMode::read);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  segment.size = size->value();
  MR_TRY(scan(segment, **file, size->value()));
  const bool may_lack = segment.active && !left_.clean && left_.sparse;
  for (const auto suffix : {log::kIndexSuffix, log::kTimeIndexSuffix}) {
    const std::string index = log::offset_name(segment.base) + std::string(suffix);
    if (!has(index)) {
      if (!may_lack) find(index, 0, segment.base, "missing");
      continue;
    }
    const auto bytes = ports::read_whole(files_, path(index), log::kMaxIndexBytes);
    if (!bytes) return bytes.error();
    const auto check = suffix == log::kIndexSuffix ? check_offset_index : check_time_index;
    check(segment, path(index), *bytes, facts_.findings);
  }
  check_aborted(segment);
  return {};
}

// The aborted transactions of the segment against those that a scan finds. Compaction takes batches away that tell of a
// transaction, and so does a log that begins in the middle of one.
void PartitionCheck::check_aborted(const SegmentFacts& segment) {
  const std::string name = log::offset_name(segment.base) + std::string(log::kAbortedSuffix);
  std::vector<log::AbortedTransaction> noted;
  if (has(name)) {
    const auto bytes = ports::read_whole(files_, path(name), log::kMaxIndexBytes);
    auto parsed = bytes ? log::parse_aborted(as_bytes(*bytes), segment.base) : std::nullopt;
    if (!parsed) return find(name, 0, segment.base, "no list of aborted transactions");
    noted = std::move(*parsed);
  }
  if (!dense_ || segment.damaged || facts_.damaged_at || (segment.active && !left_.clean && left_.sparse)) return;
  const auto same = [](const log::AbortedTransaction& a, const log::AbortedTransaction& b) {
    return a.producer == b.producer && a.last == b.last && a.first == b.first;
  };
  for (const auto& found : segment.aborted) {
    if (std::none_of(noted.begin(), noted.end(), [&](const auto& one) { return same(one, found); })) {
      find(name, noted.size() * log::kAbortedEntryBytes, found.last,
           "the transaction of producer " + std::to_string(found.producer.value()) + " from offset " +
               std::to_string(found.first.value()) + " was aborted here and is missing");
    }
  }
  for (std::size_t i = 0; i < noted.size(); ++i) {
    if (noted[i].first < bases_.front()) continue;
    const auto is_it = [&](const auto& one) { return same(one, noted[i]); };
    if (std::none_of(segment.aborted.begin(), segment.aborted.end(), is_it)) {
      find(name, i * log::kAbortedEntryBytes, noted[i].last, "the log has no such aborted transaction");
    }
  }
}

void PartitionCheck::check_snapshots_until(Offset offset) {
  while (next_snapshot_ < snapshots_.size() && snapshots_[next_snapshot_] <= offset) {
    check_snapshot(snapshots_[next_snapshot_++]);
  }
}

// What the snapshot says of a producer that the scan knows: a batch of it must be the one that the log has.
void PartitionCheck::check_snapshot(Offset at) {
  const std::string name = log::offset_name(at) + std::string(log::kSnapshotSuffix);
  const auto bytes = ports::read_whole(files_, path(name), log::kMaxIndexBytes);
  const auto state = bytes ? log::ProducerState::parse(as_bytes(*bytes), WallTime(INT64_MIN))
                           : Result<log::ProducerState>(bytes.error());
  if (!state) return find(name, 0, at, "no producer snapshot, or its checksum is wrong");
  if (!dense_ || facts_.damaged_at || facts_.end < at) return;
  for (const auto& [producer, entry] : state->table().entries()) {
    const auto known = producers_.table().entries().find(producer);
    if (known == producers_.table().entries().end()) continue;
    const bool same_epoch = known->second.epoch == entry.epoch;
    const auto last = [](const record::ProducerEntry& one) {
      return one.batch_count == 0 ? kNoOffset : one.batches[one.batch_count - 1].last_offset;
    };
    if (same_epoch && last(known->second) == last(entry) &&
        known->second.current_txn_first_offset == entry.current_txn_first_offset) {
      continue;
    }
    find(name, 0, at, "producer " + std::to_string(producer.value()) + " stands otherwise in the log");
  }
}

void PartitionCheck::check_epochs() {
  const std::string name(log::kEpochFile);
  if (!has(name)) {
    if (!epochs_.empty() && !(left_.sparse && !left_.clean)) find(name, 0, kNoOffset, "missing");
    return;
  }
  const auto text = ports::read_whole(files_, path(name), log::kMaxCheckpointBytes);
  const auto table = text ? log::EpochTable::parse(*text) : Result<log::EpochTable>(text.error());
  if (!table) return find(name, 0, kNoOffset, "no list of leader epochs");
  for (const auto& seen : epochs_) {
    const log::EpochStart* covering = nullptr;
    for (const auto& entry : table->entries()) {
      if (entry.start <= seen.start) covering = &entry;
    }
    // Where the log's start has moved, the epoch of the start has its entry there, which may be inside a batch, and
    // those before it have none, though their batches stand in the segment still.
    const auto& entries = table->entries();
    const bool first = seen.start == epochs_.front().start;
    const bool passed = first || (!entries.empty() && seen.epoch <= entries.front().epoch);
    if (covering == nullptr ? !passed : covering->epoch != seen.epoch) {
      find(name, 0, seen.start, "leader epoch " + std::to_string(seen.epoch.value()) + " begins here in the log");
    }
  }
}

void PartitionCheck::check_metadata() {
  const std::string name(log::kPartitionMetadataFile);
  if (!has(name)) return find(name, 0, kNoOffset, "missing: a server does not know whose log this is");
  const auto text = ports::read_whole(files_, path(name), log::kMaxPartitionMetadataBytes);
  if (!text || !log::parse_partition_metadata(*text)) find(name, 0, kNoOffset, "names no topic");
}

void PartitionCheck::check_quorum_snapshot(const std::string& name) {
  const auto found = verify_batches(files_, path(name), facts_.findings);
  if (found) facts_.batches += *found;
}

Result<PartitionFacts> PartitionCheck::run() {
  const auto entries = files_.list(directory_);
  if (!entries) return entries.error();
  take_stock(*entries);
  facts_.end = bases_.empty() ? Offset(0) : bases_.front();
  for (std::size_t i = 0; i < bases_.size(); ++i) MR_TRY(segment(i));
  check_snapshots_until(facts_.end);
  for (; next_snapshot_ < snapshots_.size(); ++next_snapshot_) {
    const Offset at = snapshots_[next_snapshot_];
    if (!facts_.damaged_at) {
      find(log::offset_name(at) + std::string(log::kSnapshotSuffix), 0, at, "the log ends before it");
    }
    check_snapshot(at);
  }
  check_epochs();
  check_metadata();
  for (const auto& name : names_) {
    if (name.ends_with(".checkpoint")) check_quorum_snapshot(name);
  }
  return std::move(facts_);
}

}  // namespace

Result<PartitionFacts> verify_partition(ports::BlockingFiles& files, const std::string& directory, const LeftAs& left) {
  return PartitionCheck(files, directory, left).run();
}

}  // namespace millrace::inspect
