#include "log/recovery.h"

#include <algorithm>
#include <memory>

#include "log/file_scan.h"
#include "log/limits.h"
#include "log/names.h"

namespace millrace::log {
namespace {

// The first name of a cut file of this segment that is not taken.
std::string free_cut_name(const std::vector<ports::DirectoryEntry>& entries, Offset base) {
  for (unsigned n = 1;; ++n) {
    const std::string name = cut_name(base, n);
    const bool taken =
        std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == name; });
    if (!taken) return name;
  }
}

class Recovery {
 public:
  Recovery(ports::BlockingFiles& files, const std::string& directory, const RecoverySettings& settings)
      : files_(files), directory_(directory), settings_(settings) {}

  Result<RecoveredLog, RecoveryFailure> run() {
    auto entries = files_.list(directory_);
    if (!entries) return failure(entries.error(), directory_, "cannot be listed");
    entries_ = std::move(*entries);
    std::vector<Offset> bases;
    for (const auto& entry : entries_) {
      if (const auto base = parse_segment_name(entry.name); base && !entry.is_directory) bases.push_back(*base);
    }
    std::sort(bases.begin(), bases.end());
    if (bases.empty()) bases.push_back(Offset(0));
    for (std::size_t i = 0; i < bases.size() && !ended_; ++i) {
      const bool last = i + 1 == bases.size();
      if (auto failed = scan(bases[i], last)) return std::move(*failed);
      if (!ended_ || last) continue;
      for (std::size_t later = i + 1; later < bases.size(); ++later) {
        if (auto failed = set_aside(bases[later])) return std::move(*failed);
      }
    }
    read_epochs();
    for (const std::string& name : {directory_, ports::parent_directory(directory_)}) {
      if (const auto synced = files_.sync_directory(name); !synced)
        return failure(synced.error(), name, "cannot be synced");
    }
    return std::move(log_);
  }

 private:
  using Failed = std::optional<RecoveryFailure>;

  static RecoveryFailure failure(Error error, const std::string& path, std::string_view what) {
    return {error, path + " " + std::string(what) + " (" + to_string(error) + ")"};
  }
  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  // Reads one segment, and cuts it if that is allowed.
  Failed scan(Offset base, bool last) {
    const std::string name = path(segment_name(base));
    auto file = files_.open(name, ports::OpenMode::create);
    if (!file) return failure(file.error(), name, "cannot be opened");
    const auto size = (*file)->size();
    if (!size) return failure(size.error(), name, "cannot be measured");

    RecoveredSegment segment{SegmentIndex(base), 0};
    const Offset before = log_.segments.empty() ? Offset(0) : log_.end();
    FileScan batches(**file, 0, size->value());
    std::optional<RecoveredSegment> before_last;  // for a bug that is switched on
    const char* why = base < before ? "the segment begins below the end of the one before" : nullptr;
    while (why == nullptr && batches.next()) {
      why = check(batches, segment);
      if (why == nullptr) {
        if (settings_.cuts_durable) before_last = segment;
        segment.index.note(batches.batch(), batches.position(), settings_.index_interval);
        segment.size = batches.position() + batches.batch().size();
      }
    }
    if (batches.stop() == FileScan::Stop::io) return failure(Error::io, name, "cannot be read");
    if (batches.stop() == FileScan::Stop::damage) why = batches.why();
    if (why != nullptr) {
      if (before_last) segment = *before_last;
      if (auto failed = cut(**file, segment, size->value(), why, last)) return failed;
    }
    if (const auto synced = (*file)->sync(); !synced) return failure(synced.error(), name, "cannot be synced");
    log_.segments.push_back(std::move(segment));
    return std::nullopt;
  }

  // What is wrong with the present batch; if nothing is, its epoch and producer are noted.
  const char* check(FileScan& batches, const RecoveredSegment& segment) {
    const record::BatchView& batch = batches.batch();
    if (segment.size + batch.size() > kMaxSegmentBytes) return "the segment is larger than a segment can be";
    if (batch.base_offset() < segment.index.next()) return "the batch's offset is below the end of the one before";
    if (batch.last_offset() - segment.index.base() > INT32_MAX)
      return "the batch's offset is too far from the segment's";
    if (!settings_.torn_tail_kept && !batches.crc_ok()) return "the batch's checksum is wrong";
    seen_.begin(batch.leader_epoch(), batch.base_offset());
    if (batch.is_control()) {
      if (const auto whole = batches.whole()) log_.producers.replay(*whole);
    } else if (batch.has_producer()) {
      log_.producers.replay(batch);
    }
    return nullptr;
  }

  // The bytes of `segment` from its good end to `size` are not part of the log.
  Failed cut(ports::BlockingFile& file, const RecoveredSegment& segment, std::uint64_t size, const char* why,
             bool last) {
    const Offset base = segment.index.base();
    const std::string name = path(segment_name(base));
    const std::string place = name + " at position " + std::to_string(segment.size) + ", offset " +
                              std::to_string(segment.index.next().value()) + ": " + why;
    if (settings_.durable && !last) {
      return RecoveryFailure{Error::corrupt,
                             place + "; a later segment exists, so this part was durable: left as it is"};
    }
    const auto kept = keep_aside(file, base, segment.size, size);
    if (!kept) return failure(kept.error(), name, "has a damaged tail that cannot be kept aside");
    if (const auto resized = file.resize(FilePosition(segment.size)); !resized) {
      return failure(resized.error(), name, "cannot be cut");
    }
    log_.cut = true;
    ended_ = true;
    log_.notes.push_back(place + "; " + std::to_string(size - segment.size) + " bytes cut, " +
                         (kept->empty() ? std::string("all zero") : "kept in " + *kept));
    return std::nullopt;
  }

  // Copies [from, to) of a segment into a file of its own, durably. Nothing is kept of zeros: "".
  Result<std::string> keep_aside(ports::BlockingFile& file, Offset base, std::uint64_t from, std::uint64_t to) {
    std::vector<std::byte> window(static_cast<std::size_t>(std::min<std::uint64_t>(to - from, kScanWindowBytes)));
    std::unique_ptr<ports::BlockingFile> aside;
    const std::string name = free_cut_name(entries_, base);
    for (std::uint64_t at = from; at < to;) {
      const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(window.size(), to - at));
      const auto got = file.read(FilePosition(at), MutableBytes(window).first(want));
      if (!got) return got.error();
      if (*got == 0) return Error::io;
      const Bytes bytes = Bytes(window).first(*got);
      if (!aside && !std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; })) {
        auto made = files_.open(path(name), ports::OpenMode::create);
        if (!made) return made.error();
        aside = std::move(*made);
      }
      if (aside) MR_TRY(aside->write(FilePosition(at - from), bytes));
      at += *got;
    }
    if (!aside) return std::string();
    MR_TRY(aside->sync());
    MR_TRY(files_.sync_directory(directory_));
    return name;
  }

  // A segment behind a hole, of a log that is not durable.
  Failed set_aside(Offset base) {
    const std::string from = segment_name(base);
    const std::string to = free_cut_name(entries_, base);
    if (const auto renamed = files_.rename(path(from), path(to)); !renamed) {
      return failure(renamed.error(), path(from), "cannot be set aside");
    }
    log_.notes.push_back(path(from) + ": behind a hole in an earlier segment; kept in " + to);
    return std::nullopt;
  }

  void read_epochs() {
    EpochTable known;
    if (settings_.epochs) {
      known = *settings_.epochs;
    } else {
      const std::string name = path(std::string(kEpochFile));
      const auto text = ports::read_whole(files_, name, kMaxCheckpointBytes);
      auto parsed = text ? EpochTable::parse(*text) : Result<EpochTable>(text.error());
      if (parsed) {
        known = std::move(*parsed);
      } else if (parsed.error() != Error::not_found) {
        log_.notes.push_back(name + " is not readable (" + to_string(parsed.error()) + "): rebuilt from the batches");
      }
    }
    log_.epochs = EpochTable::merge(known, seen_, log_.end());
  }

  ports::BlockingFiles& files_;
  const std::string& directory_;
  const RecoverySettings& settings_;
  std::vector<ports::DirectoryEntry> entries_;
  RecoveredLog log_;
  EpochTable seen_;
  bool ended_ = false;  // a cut was made: nothing behind it belongs to the log
};

}  // namespace

Result<RecoveredLog, RecoveryFailure> recover_log(ports::BlockingFiles& files, const std::string& directory,
                                                  const RecoverySettings& settings) {
  return Recovery(files, directory, settings).run();
}

Status cut_log(ports::BlockingFiles& files, const std::string& directory, Offset offset,
               std::optional<CutPoint>& point) {
  const auto entries = files.list(directory);
  if (!entries) return entries.error();
  std::vector<Offset> bases;
  for (const auto& entry : *entries) {
    if (const auto base = parse_segment_name(entry.name); base && !entry.is_directory) bases.push_back(*base);
  }
  std::sort(bases.begin(), bases.end());
  if (bases.empty()) return {};
  std::size_t kept = bases.size();
  while (kept > 1 && bases[kept - 1] >= offset) --kept;

  // Where to cut is found out before anything is changed.
  auto file = files.open(directory + "/" + segment_name(bases[kept - 1]), ports::OpenMode::write);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  FileScan batches(**file, 0, size->value());
  CutPoint found{bases[kept - 1], 0, bases[kept - 1]};
  while (batches.next() && batches.batch().last_offset() < offset) {
    found.position = batches.position() + batches.batch().size();
    found.end = batches.batch().next_offset();
  }
  if (batches.stop() == FileScan::Stop::io || batches.stop() == FileScan::Stop::damage) return Error::io;
  point = found;

  // Newest first: whatever a crash leaves is the beginning of the log.
  for (; bases.size() > kept; bases.pop_back()) {
    MR_TRY(files.remove(directory + "/" + segment_name(bases.back())));
    MR_TRY(files.sync_directory(directory));
  }
  MR_TRY((*file)->resize(FilePosition(found.position)));
  return (*file)->sync();
}

}  // namespace millrace::log
