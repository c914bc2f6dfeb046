#include "log/copy.h"

#include <algorithm>
#include <vector>

#include "log/limits.h"
#include "log/names.h"

namespace millrace::log {
namespace {

// How many of the newest segments may still change while a log is open.
constexpr std::size_t kChanging = 2;

// The base of the first segment that may still change; the others belong to segments below it.
Offset first_changing(const std::vector<ports::DirectoryEntry>& entries) {
  std::vector<Offset> bases;
  for (const auto& entry : entries) {
    if (const auto base = parse_segment_name(entry.name)) bases.push_back(*base);
  }
  std::sort(bases.begin(), bases.end());
  return bases.size() <= kChanging ? Offset(0) : bases[bases.size() - kChanging];
}

// Whether the file belongs to one of the segments from `changing` on, or to no segment.
bool may_change(const std::string& name, Offset changing) {
  const auto dot = name.find('.');
  const auto base = parse_segment_name(name.substr(0, dot) + std::string(kLogSuffix));
  return !base || *base >= changing;
}

Status copy_file(ports::BlockingFiles& files, const std::string& from, const std::string& to, bool again) {
  auto source = files.open(from, ports::OpenMode::read);
  if (!source) return source.error();
  auto target = files.open(to, ports::OpenMode::create);
  if (!target) return target.error();
  const auto wanted = (*source)->size();
  if (!wanted) return wanted.error();
  const auto present = (*target)->size();
  if (!present) return present.error();
  if (*present == *wanted && !again) return {};
  MR_TRY((*target)->resize(FilePosition(0)));
  std::vector<std::byte> window(static_cast<std::size_t>(std::min<std::uint64_t>(wanted->value(), kScanWindowBytes)));
  for (std::uint64_t at = 0; at < wanted->value();) {
    const auto ask = static_cast<std::size_t>(std::min<std::uint64_t>(window.size(), wanted->value() - at));
    const auto got = (*source)->read(FilePosition(at), MutableBytes(window).first(ask));
    if (!got) return got.error();
    if (*got == 0) return Error::io;
    MR_TRY((*target)->write(FilePosition(at), Bytes(window).first(*got)));
    at += *got;
  }
  return (*target)->sync();
}

}  // namespace

Status copy_log(ports::BlockingFiles& files, const std::string& from, const std::string& to, bool all) {
  const auto made = files.create_directory(to);
  if (!made && made.error() != Error::exists) return made;
  MR_TRY(files.sync_directory(ports::parent_directory(to)));
  const auto entries = files.list(from);
  if (!entries) return entries.error();
  const Offset changing = first_changing(*entries);
  std::vector<std::string> names;
  for (const auto& entry : *entries) {
    if (entry.is_directory || entry.name.ends_with(kDeletedSuffix) || entry.name.ends_with(".tmp")) continue;
    const bool changes = may_change(entry.name, changing);
    if (changes && !all) continue;
    const bool again = changes || !parse_segment_name(entry.name);
    const Status copied = copy_file(files, from + "/" + entry.name, to + "/" + entry.name, again);
    if (!copied && copied.error() == Error::not_found && !all) continue;  // removed meanwhile
    MR_TRY(copied);
    names.push_back(entry.name);
  }
  const auto present = files.list(to);
  if (!present) return present.error();
  for (const auto& entry : *present) {
    if (std::find(names.begin(), names.end(), entry.name) == names.end()) MR_TRY(files.remove(to + "/" + entry.name));
  }
  return files.sync_directory(to);
}

Status remove_log(ports::BlockingFiles& files, const std::string& directory) {
  const auto entries = files.list(directory);
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    const Status removed = files.remove(directory + "/" + entry.name);
    if (!removed && removed.error() != Error::not_found) return removed;
  }
  MR_TRY(files.remove(directory));
  return files.sync_directory(ports::parent_directory(directory));
}

}  // namespace millrace::log
