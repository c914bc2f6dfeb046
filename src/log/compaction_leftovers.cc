#include "log/compaction_leftovers.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "log/file_scan.h"
#include "log/names.h"

namespace millrace::log {
namespace {

constexpr std::string_view kCleaned = ".cleaned";
constexpr std::string_view kSwap = ".swap";
constexpr std::string_view kDeleted = ".deleted";
constexpr std::size_t kOffsetDigits = 20;

// The offset that the name of any file of a segment begins with.
std::optional<Offset> offset_of(std::string_view name) {
  if (name.size() <= kOffsetDigits) return std::nullopt;
  return parse_segment_name(std::string(name.substr(0, kOffsetDigits)) + std::string(kLogSuffix));
}

struct Directory {
  ports::BlockingFiles& files;
  const std::string& path;
  std::vector<std::string> names;

  Status remove_if(auto matches) {
    for (const std::string& name : names) {
      if (matches(std::string_view(name))) MR_TRY(files.remove(path + "/" + name));
    }
    std::erase_if(names, [&](const std::string& name) { return matches(std::string_view(name)); });
    return files.sync_directory(path);
  }
};

// One after the last offset of a replacement; Error::corrupt unless it is whole, since what it replaces goes for it.
Result<Offset> end_of(ports::BlockingFiles& files, const std::string& path, Offset base) {
  auto file = files.open(path, ports::OpenMode::read);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  FileScan batches(**file, 0, size->value());
  Offset next = base;
  while (batches.next()) {
    if (!batches.crc_ok()) return batches.stop() == FileScan::Stop::io ? Error::io : Error::corrupt;
    next = batches.batch().next_offset();
  }
  if (batches.stop() == FileScan::Stop::end) return next;
  return batches.stop() == FileScan::Stop::io ? Error::io : Error::corrupt;
}

}  // namespace

Status finish_compaction(ports::BlockingFiles& files, const std::string& directory) {
  const auto entries = files.list(directory);
  if (!entries) return entries.error();
  Directory all{files, directory, {}};
  bool leftovers = false;
  for (const auto& entry : *entries) {
    if (entry.is_directory || !offset_of(entry.name)) continue;
    all.names.push_back(entry.name);
    leftovers =
        leftovers || entry.name.ends_with(kCleaned) || entry.name.ends_with(kSwap) || entry.name.ends_with(kDeleted);
  }
  if (!leftovers) return {};

  // A replacement at or behind the first unfinished one belongs to the same round, which is given up.
  std::optional<Offset> first_cleaned;
  for (const std::string& name : all.names) {
    if (name.ends_with(kCleaned) && (!first_cleaned || *offset_of(name) < *first_cleaned))
      first_cleaned = offset_of(name);
  }
  MR_TRY(all.remove_if([&](std::string_view name) {
    return name.ends_with(kDeleted) || name.ends_with(kCleaned) ||
           (name.ends_with(kSwap) && first_cleaned && *offset_of(name) >= *first_cleaned);
  }));

  std::optional<Offset> from;
  Offset to{0};
  for (const std::string& name : all.names) {
    if (!name.ends_with(std::string(kLogSuffix) + std::string(kSwap))) continue;
    const Offset base = *offset_of(name);
    const auto end = end_of(files, directory + "/" + name, base);
    if (!end) return end.error();
    if (!from || base < *from) from = base;
    to = std::max(to, *end);
  }
  if (!from) return all.remove_if([](std::string_view name) { return name.ends_with(kSwap); });
  MR_TRY(all.remove_if([&](std::string_view name) {
    const Offset offset = *offset_of(name);
    return !name.ends_with(kSwap) && !name.ends_with(kCutSuffix) && offset >= *from && offset < to;
  }));
  for (const std::string& name : all.names) {
    if (!name.ends_with(kSwap)) continue;
    MR_TRY(files.rename(directory + "/" + name, directory + "/" + name.substr(0, name.size() - kSwap.size())));
  }
  return files.sync_directory(directory);
}

}  // namespace millrace::log
