#include "controller/snapshot_files.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "log/names.h"
#include "record/record_reader.h"

namespace millrace::controller {
namespace {

constexpr std::string_view kPartSuffix = ".checkpoint.part";
constexpr std::string_view kDeletedSuffix = ".checkpoint.deleted";
// Enough for the first batch of a snapshot: header, version and voters.
constexpr std::size_t kHeaderBytes = 16 * 1024;

std::string path_of(const std::string& directory, const metadata::CheckpointName& name) {
  return directory + "/" + metadata::render_checkpoint_name(name);
}

// The timestamp in the header; kNoTime if the file does not begin with one.
WallTime header_time(ports::BlockingFile& file) {
  std::array<std::byte, kHeaderBytes> window{};
  const auto got = file.read(FilePosition(0), window);
  if (!got.ok()) return kNoTime;
  record::BatchWalk walk(Bytes(window).first(*got));
  if (!walk.next() || walk.batch().magic() != 2 || !walk.batch().crc_ok()) return kNoTime;
  record::Scratch scratch;
  auto reader = record::RecordReader::open(walk.batch(), scratch);
  if (!reader.ok()) return kNoTime;
  for (record::Record record; reader->next(record);) {
    const auto control = raft::parse_control(record);
    if (!control.ok()) return kNoTime;
    if (const auto* header = std::get_if<raft::SnapshotHeader>(&*control)) return header->last_contained;
  }
  return kNoTime;
}

// Writes the whole snapshot to `path`, durably but for its name. The value is its size.
Result<ByteCount> write_to(ports::BlockingFiles& files, const std::string& path, const metadata::Snapshot& snapshot,
                           WallTime now) {
  auto file = files.open(path, ports::OpenMode::create);
  if (!file.ok()) return file.error();
  FilePosition at{0};
  const Status written = metadata::write_snapshot(snapshot, now, [&](Buffer bytes) {
    const FilePosition here = at;
    at += bytes.size();
    return (*file)->write(here, bytes.bytes());
  });
  MR_TRY(written);
  MR_TRY((*file)->sync());
  return ByteCount(at.value());
}

Status publish(ports::BlockingFiles& files, const std::string& directory, const std::string& part,
               const std::string& path) {
  MR_TRY(files.rename(part, path));
  return files.sync_directory(directory);
}

Status remove_if_there(ports::BlockingFiles& files, const std::string& path) {
  const Status removed = files.remove(path);
  return removed.ok() || removed.error() == Error::not_found ? Status() : removed;
}

bool belongs_to_log(std::string_view name) {
  constexpr std::array<std::string_view, 5> kSuffixes{".log", ".index", ".timeindex", ".txnindex", ".snapshot"};
  const auto ends_so = [&](std::string_view suffix) { return name.ends_with(suffix); };
  return name == log::kEpochFile || std::any_of(kSuffixes.begin(), kSuffixes.end(), ends_so);
}

}  // namespace

Result<std::vector<SnapshotFile>> find_snapshots(ports::BlockingFiles& files, const std::string& directory) {
  std::vector<SnapshotFile> found;
  const auto entries = files.list(directory);
  if (!entries.ok()) {
    if (entries.error() == Error::not_found) return found;
    return entries.error();
  }
  for (const ports::DirectoryEntry& entry : *entries) {
    if (entry.name.ends_with(kPartSuffix) || entry.name.ends_with(kDeletedSuffix)) {
      MR_TRY(remove_if_there(files, directory + "/" + entry.name));
    }
    const auto name = metadata::parse_checkpoint_name(entry.name);
    if (!name) continue;
    auto file = files.open(directory + "/" + entry.name, ports::OpenMode::read);
    if (!file.ok()) return file.error();
    const auto size = (*file)->size();
    if (!size.ok()) return size.error();
    found.push_back({*name, *size, header_time(**file)});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

Result<SnapshotFile> store_snapshot(ports::BlockingFiles& files, const std::string& directory,
                                    const metadata::Snapshot& snapshot, const Uuid& unique, WallTime now) {
  const std::string path = path_of(directory, snapshot.name);
  const std::string part = path.substr(0, path.rfind('.')) + "-" + unique.text() + std::string(kPartSuffix);
  const auto size = write_to(files, part, snapshot, now);
  const Status done = size.ok() ? publish(files, directory, part, path) : Status(size.error());
  if (!done.ok()) {
    (void)files.remove(part);  // the next start removes it otherwise
    return done.error();
  }
  return SnapshotFile{snapshot.name, *size, snapshot.last_contained};
}

Result<Buffer> read_snapshot(ports::BlockingFiles& files, const std::string& directory,
                             const metadata::CheckpointName& name, FilePosition position, std::size_t length) {
  auto file = files.open(path_of(directory, name), ports::OpenMode::read);
  if (!file.ok()) return file.error();
  Buffer bytes = Buffer::allocate(length);
  const auto got = (*file)->read(position, bytes.writable());
  if (!got.ok()) return got.error();
  if (*got != length) return Error::truncated;
  return bytes;
}

Status remove_snapshots(ports::BlockingFiles& files, const std::string& directory,
                        const std::vector<metadata::CheckpointName>& names) {
  for (const auto& name : names) MR_TRY(remove_if_there(files, path_of(directory, name)));
  return files.sync_directory(directory);
}

Status restart_log_at(ports::BlockingFiles& files, const std::string& directory, Offset start) {
  const auto entries = files.list(directory);
  if (!entries.ok()) return entries.error();
  // Oldest first, as they are listed: what a crash leaves is the end of a log that is too short.
  for (const ports::DirectoryEntry& entry : *entries) {
    if (!entry.is_directory && belongs_to_log(entry.name)) MR_TRY(files.remove(directory + "/" + entry.name));
  }
  MR_TRY(files.sync_directory(directory));
  auto segment = files.open(directory + "/" + log::segment_name(start), ports::OpenMode::create);
  if (!segment.ok()) return segment.error();
  MR_TRY((*segment)->sync());
  return files.sync_directory(directory);
}

bool oldest_may_go(std::span<const SnapshotFile> snapshots, ByteCount log_size, const MetadataRetention& retention,
                   WallTime now) {
  if (snapshots.size() < 2) return false;
  std::uint64_t total = log_size.value();
  for (const SnapshotFile& file : snapshots) total += file.size.value();
  if (retention.bytes >= 0 && total > static_cast<std::uint64_t>(retention.bytes)) return true;
  const WallTime covered = snapshots.front().last_contained;
  return retention.age.value() >= 0 && covered != kNoTime && now - covered > retention.age.value();
}

}  // namespace millrace::controller
