#include "log/side_files.h"

#include <algorithm>

#include "log/file_scan.h"
#include "log/limits.h"
#include "log/names.h"

namespace millrace::log {
namespace {

std::string path_of(const std::string& directory, Offset base, std::string_view suffix) {
  return directory + "/" + offset_name(base) + std::string(suffix);
}

Status write_part(ports::BlockingFiles& files, const std::string& path, const FilePart& part, bool sync) {
  auto file = files.open(path, ports::OpenMode::create);
  if (!file) return file.error();
  if (!part.bytes.empty()) MR_TRY((*file)->write(FilePosition(part.at), as_bytes(part.bytes)));
  MR_TRY((*file)->resize(FilePosition(part.at + part.bytes.size())));
  return sync ? (*file)->sync() : Status();
}

Status remove_if_there(ports::BlockingFiles& files, const std::string& path) {
  const Status removed = files.remove(path);
  return !removed && removed.error() == Error::not_found ? Status() : removed;
}

// The last two entries of an index file: fewer if it has fewer. Error::corrupt if it has no whole number of them.
Result<std::string> last_two(ports::BlockingFiles& files, const std::string& path, std::size_t entry) {
  auto file = files.open(path, ports::OpenMode::read);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  if (size->value() % entry != 0) return Error::corrupt;
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size->value(), 2 * entry)), '\0');
  const auto got = (*file)->read(FilePosition(size->value() - bytes.size()),
                                 MutableBytes(reinterpret_cast<std::byte*>(bytes.data()), bytes.size()));
  if (!got) return got.error();
  if (*got != bytes.size()) return Error::io;
  return bytes;
}

}  // namespace

Status write_side_files(ports::BlockingFiles& files, const std::string& directory, const SideWrite& write) {
  const auto path = [&](std::string_view suffix) { return path_of(directory, write.base, suffix); };
  if (write.size) {
    auto log = files.open(path(kLogSuffix), ports::OpenMode::write);
    if (!log) return log.error();
    const auto now = (*log)->size();
    if (!now) return now.error();
    if (now->value() > *write.size) {
      MR_TRY((*log)->resize(FilePosition(*write.size)));
      MR_TRY((*log)->sync());
    }
  }
  MR_TRY(write_part(files, path(kIndexSuffix), write.offsets, write.final));
  MR_TRY(write_part(files, path(kTimeIndexSuffix), write.times, write.final));
  if (write.aborted.at + write.aborted.bytes.size() > 0) {
    MR_TRY(write_part(files, path(kAbortedSuffix), write.aborted, write.final));
  } else {
    MR_TRY(remove_if_there(files, path(kAbortedSuffix)));
  }
  if (write.snapshot) {
    const std::string name = path_of(directory, write.snapshot->at, kSnapshotSuffix);
    // A snapshot has a checksum: one that a power loss has torn is not taken for one.
    MR_TRY(write_part(files, name, {0, write.snapshot->bytes}, write.final));
    if (write.snapshot_gone != kNoOffset && write.snapshot_gone != write.snapshot->at) {
      MR_TRY(remove_if_there(files, path_of(directory, write.snapshot_gone, kSnapshotSuffix)));
    }
  }
  return write.final ? files.sync_directory(directory) : Status();
}

void make_index_files(ports::BlockingFiles& files, const std::string& directory, Offset base) {
  for (const auto suffix : {kIndexSuffix, kTimeIndexSuffix}) {
    static_cast<void>(files.open(path_of(directory, base, suffix), ports::OpenMode::create));
  }
}

std::optional<SegmentIndex> trust_closed(ports::BlockingFiles& files, const std::string& directory, Offset base,
                                         Offset next, std::uint64_t size) {
  const auto offsets = last_two(files, path_of(directory, base, kIndexSuffix), kOffsetEntryBytes);
  const auto times = last_two(files, path_of(directory, base, kTimeIndexSuffix), kTimeEntryBytes);
  if (!offsets || !times) return std::nullopt;
  SegmentIndex probe(base);
  if (!probe.load(as_bytes(*offsets), as_bytes(*times), size)) return std::nullopt;
  // Every batch with a timestamp leaves an entry when the segment is closed.
  if (times->empty() && size > 0) return std::nullopt;
  if (probe.max_timestamp_offset() >= next || (!offsets->empty() && probe.last_hint().last_offset >= next)) {
    return std::nullopt;
  }
  return SegmentIndex::closed(base, next, probe.max_timestamp(), probe.max_timestamp_offset());
}

Result<std::string> read_side_file(ports::BlockingFiles& files, const std::string& directory, Offset base,
                                   std::string_view suffix, std::uint64_t limit) {
  auto file = files.open(path_of(directory, base, suffix), ports::OpenMode::read);
  if (!file) return file.error() == Error::not_found ? Result<std::string>(std::string()) : file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  std::string bytes(static_cast<std::size_t>(std::min(size->value(), limit)), '\0');
  const auto got =
      (*file)->read(FilePosition(0), MutableBytes(reinterpret_cast<std::byte*>(bytes.data()), bytes.size()));
  if (!got) return got.error();
  bytes.resize(*got);
  return bytes;
}

bool index_is_padded(ports::BlockingFiles& files, const std::string& directory, Offset base) {
  const auto entry = last_two(files, path_of(directory, base, kIndexSuffix), kOffsetEntryBytes);
  return entry && entry->size() >= kOffsetEntryBytes &&
         load_be<std::int64_t>(as_bytes(*entry).data() + entry->size() - kOffsetEntryBytes) == 0;
}

Result<SegmentIndex> load_index(ports::BlockingFiles& files, const std::string& directory, const SegmentIndex& closed,
                                std::uint64_t size, std::uint64_t interval) {
  const Offset base = closed.base();
  const auto offsets = read_side_file(files, directory, base, kIndexSuffix, kMaxIndexBytes);
  const auto times = read_side_file(files, directory, base, kTimeIndexSuffix, kMaxIndexBytes);
  SegmentIndex index = closed;
  if (offsets && times && index.load(as_bytes(*offsets), as_bytes(*times), size)) return index;
  auto file = files.open(path_of(directory, base, kLogSuffix), ports::OpenMode::read);
  if (!file) return file.error();
  SegmentIndex rebuilt(base);
  FileScan batches(**file, 0, size);
  while (batches.next()) rebuilt.note(batches.batch(), batches.position(), interval);
  if (batches.stop() == FileScan::Stop::io) return Error::io;
  // Behind damage the last entry leads to the end of the good part, as a reader without an index would come.
  rebuilt.continue_at(closed.next());
  return rebuilt;
}

Result<std::vector<AbortedTransaction>> read_aborted(ports::BlockingFiles& files, const std::string& directory,
                                                     Offset base) {
  const auto bytes = read_side_file(files, directory, base, kAbortedSuffix, kMaxIndexBytes);
  if (!bytes) return bytes.error();
  auto parsed = parse_aborted(as_bytes(*bytes), base);
  if (!parsed) return Error::corrupt;
  return std::move(*parsed);
}

}  // namespace millrace::log
