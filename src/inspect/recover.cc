#include "inspect/recover.h"

#include <algorithm>
#include <array>

#include "inspect/checkpoint_file.h"
#include "log/file_scan.h"
#include "log/limits.h"
#include "log/mark_file.h"
#include "log/names.h"
#include "log/partition_metadata.h"

namespace millrace::inspect {
namespace {

constexpr std::array<std::string_view, 3> kCheckpoints = {
    "recovery-point-offset-checkpoint", "replication-offset-checkpoint", "cleaner-offset-checkpoint"};

struct OpenSegment {
  std::unique_ptr<ports::BlockingFile> file;
  std::uint64_t size = 0;
};
Result<OpenSegment> open_segment(ports::BlockingFiles& files, const std::string& path, ports::OpenMode mode) {
  auto file = files.open(path, mode);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  return OpenSegment{std::move(*file), size->value()};
}

Result<std::vector<Offset>> segments_of(ports::BlockingFiles& files, const std::string& directory) {
  const auto entries = files.list(directory);
  if (!entries) return entries.error();
  std::vector<Offset> bases;
  for (const auto& entry : *entries) {
    if (const auto base = log::parse_segment_name(entry.name)) bases.push_back(*base);
  }
  std::sort(bases.begin(), bases.end());
  return bases;
}

// What is wrong with the present batch; null if nothing is.
const char* wrong(log::FileScan& scan, Offset base, Offset end) {
  const record::BatchView& batch = scan.batch();
  const Offset first = batch.is_legacy() ? batch.last_offset() : batch.base_offset();
  if (first < end) return "the batch's offset is below the end of the one before";
  if (batch.last_offset() - base > INT32_MAX) return "the batch's offset is too far from the segment's";
  return scan.crc_ok() ? nullptr : "the batch's checksum is wrong";
}

// Counts what can still be told of batches behind the damage.
Status count_behind(ports::BlockingFile& file, std::uint64_t from, std::uint64_t size, Loss& loss) {
  loss.bytes += size - from;
  log::FileScan scan(file, from, size);
  while (scan.next()) {
    if (!scan.crc_ok()) continue;
    ++loss.readable;
    loss.last_seen = std::max(loss.last_seen, scan.batch().last_offset());
  }
  return scan.stop() == log::FileScan::Stop::io ? Status(Error::io) : Status();
}

Status clear_marks(ports::BlockingFiles& files, const std::string& log_dir, const log::MarkKey& key) {
  const auto entries = files.list(log_dir);
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    if (entry.is_directory || !entry.name.starts_with(log::kMarksPrefix)) continue;
    auto marks = open_segment(files, log_dir + "/" + entry.name, ports::OpenMode::write);
    if (!marks) return marks.error();
    log::MarkBytes slot;
    bool changed = false;
    for (std::uint64_t at = 0; at + slot.size() <= marks->size; at += slot.size()) {
      const auto got = marks->file->read(FilePosition(at), slot);
      if (!got) return got.error();
      const auto mark = log::parse_mark(slot);
      if (!mark || mark->first != key) continue;
      slot.fill(std::byte{0});
      MR_TRY(marks->file->write(FilePosition(at), slot));
      changed = true;
    }
    if (changed) MR_TRY(marks->file->sync());
  }
  return {};
}

Status lower_checkpoints(ports::BlockingFiles& files, const std::string& log_dir, const Loss& loss) {
  for (const auto name : kCheckpoints) {
    const std::string path = log_dir + "/" + std::string(name);
    const auto text = ports::read_whole(files, path, log::kMaxCheckpointBytes);
    if (!text && text.error() == Error::not_found) continue;
    if (!text) return text.error();
    auto entries = parse_checkpoint_file(*text);
    if (!entries) continue;  // a server counts it as empty
    bool changed = false;
    for (auto& entry : *entries) {
      if (entry.directory() != loss.partition || entry.offset <= loss.offset) continue;
      entry.offset = loss.offset;
      changed = true;
    }
    if (changed) MR_TRY(ports::write_atomically(files, path, as_bytes(encode_checkpoint_file(*entries))));
  }
  return {};
}

class Cut {
 public:
  Cut(ports::BlockingFiles& files, const std::string& log_dir, const Loss& loss)
      : files_(files), log_dir_(log_dir), directory_(log_dir + "/" + loss.partition), loss_(loss) {}

  Result<std::vector<std::string>> run() {
    MR_TRY(forget_mark());
    MR_TRY(lower_checkpoints(files_, log_dir_, loss_));
    for (auto later = loss_.segments.rbegin(); later != loss_.segments.rend(); ++later) MR_TRY(set_aside(*later));
    MR_TRY(cut());
    MR_TRY(remove_snapshots());
    MR_TRY(files_.sync_directory(directory_));
    return std::move(kept_);
  }

 private:
  std::string path(std::string_view name) const { return directory_ + "/" + std::string(name); }
  static Offset base_of(std::string_view segment) { return log::parse_segment_name(segment).value_or(Offset(0)); }

  Status forget_mark() {
    const auto text = ports::read_whole(files_, path(log::kPartitionMetadataFile), log::kMaxPartitionMetadataBytes);
    const auto topic = text ? log::parse_partition_metadata(*text) : Result<Uuid>(text.error());
    const std::string index = loss_.partition.substr(loss_.partition.rfind('-') + 1);
    if (!topic) return {};  // no mark can belong to it
    return clear_marks(files_, log_dir_, {*topic, PartitionIndex(std::atoi(index.c_str()))});
  }

  Result<std::string> free_name(Offset base) {
    const auto entries = files_.list(directory_);
    if (!entries) return entries.error();
    for (unsigned n = 1;; ++n) {
      std::string name = log::cut_name(base, n);
      const auto same = [&](const ports::DirectoryEntry& entry) { return entry.name == name; };
      if (std::none_of(entries->begin(), entries->end(), same)) return name;
    }
  }

  Status remove(const std::string& name) {
    const Status removed = files_.remove(path(name));
    return !removed && removed.error() == Error::not_found ? Status() : removed;
  }
  Status remove_indexes(Offset base) {
    for (const auto suffix : {log::kIndexSuffix, log::kTimeIndexSuffix, log::kAbortedSuffix}) {
      MR_TRY(remove(log::offset_name(base) + std::string(suffix)));
    }
    return {};
  }

  Status set_aside(const std::string& segment) {
    const auto name = free_name(base_of(segment));
    if (!name) return name.error();
    MR_TRY(files_.rename(path(segment), path(*name)));
    MR_TRY(remove_indexes(base_of(segment)));
    MR_TRY(files_.sync_directory(directory_));
    kept_.push_back(*name);
    return {};
  }

  Status cut() {
    auto segment = open_segment(files_, path(loss_.file), ports::OpenMode::write);
    if (!segment) return segment.error();
    const auto name = free_name(base_of(loss_.file));
    if (!name) return name.error();
    auto aside = files_.open(path(*name), ports::OpenMode::create);
    if (!aside) return aside.error();
    std::vector<std::byte> window(log::kScanWindowBytes);
    for (std::uint64_t at = loss_.position; at < segment->size;) {
      const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(window.size(), segment->size - at));
      const auto got = segment->file->read(FilePosition(at), MutableBytes(window).first(want));
      if (!got) return got.error();
      if (*got == 0) return Error::io;
      MR_TRY((*aside)->write(FilePosition(at - loss_.position), Bytes(window).first(*got)));
      at += *got;
    }
    MR_TRY((*aside)->sync());
    MR_TRY(files_.sync_directory(directory_));
    kept_.push_back(*name);
    MR_TRY(segment->file->resize(FilePosition(loss_.position)));
    MR_TRY(segment->file->sync());
    return remove_indexes(base_of(loss_.file));
  }

  Status remove_snapshots() {
    const auto entries = files_.list(directory_);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
      const auto at = log::parse_offset_name(entry.name, log::kSnapshotSuffix);
      if (at && *at > loss_.offset) MR_TRY(remove(entry.name));
    }
    return {};
  }

  ports::BlockingFiles& files_;
  const std::string log_dir_;
  const std::string directory_;
  const Loss& loss_;
  std::vector<std::string> kept_;
};

}  // namespace

Result<std::optional<Loss>> find_loss(ports::BlockingFiles& files, const std::string& directory) {
  const auto bases = segments_of(files, directory);
  if (!bases) return bases.error();
  std::optional<Loss> loss;
  Offset end{0};
  for (const Offset base : *bases) {
    const std::string name = log::segment_name(base);
    auto segment = open_segment(files, directory + "/" + name, ports::OpenMode::read);
    if (!segment) return segment.error();
    if (loss) {
      loss->segments.push_back(name);
      MR_TRY(count_behind(*segment->file, 0, segment->size, *loss));
      continue;
    }
    const char* why = base < end ? "the segment begins below the end of the one before" : nullptr;
    end = std::max(end, base);
    log::FileScan scan(*segment->file, 0, segment->size);
    while (why == nullptr && scan.next()) {
      why = wrong(scan, base, end);
      if (why == nullptr) end = scan.batch().next_offset();
    }
    if (scan.stop() == log::FileScan::Stop::io) return Error::io;
    if (scan.stop() == log::FileScan::Stop::damage) {
      why = scan.why();
      const auto zeros = log::only_zeros(*segment->file, scan.position(), segment->size);
      if (!zeros) return zeros.error();
      if (*zeros && base == bases->back()) return loss;
    }
    if (why == nullptr) continue;
    loss = Loss{std::string(log::base_name(directory)), name, scan.position(), end, why, kNoOffset, 0, 0, {}};
    MR_TRY(count_behind(*segment->file, scan.position(), segment->size, *loss));
  }
  return loss;
}

Result<std::vector<std::string>> cut_loss(ports::BlockingFiles& files, const std::string& log_dir, const Loss& loss) {
  return Cut(files, log_dir, loss).run();
}

}  // namespace millrace::inspect
