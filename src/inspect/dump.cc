#include "inspect/dump.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "inspect/dump_parts.h"
#include "log/names.h"

namespace millrace::inspect {
namespace {

struct Kind {
  std::string_view suffix;
  Status (*dump)(const parts::Job&);
};
constexpr std::array<Kind, 6> kKinds = {{
    {log::kLogSuffix, parts::dump_log},
    {".checkpoint", parts::dump_log},
    {log::kIndexSuffix, parts::dump_offset_index},
    {log::kTimeIndexSuffix, parts::dump_time_index},
    {log::kAbortedSuffix, parts::dump_aborted},
    {log::kSnapshotSuffix, parts::dump_snapshot},
}};

const Kind* kind_of(std::string_view name) {
  for (const auto& kind : kKinds) {
    if (name.ends_with(kind.suffix)) return &kind;
  }
  return nullptr;
}

}  // namespace

namespace parts {

std::string Job::beside(std::string_view suffix) const {
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, path.find('.', name)) + std::string(suffix);
}

Result<Offset> offset_in_name(std::string_view path) {
  constexpr std::size_t kDigits = 20;
  const auto name = log::base_name(path);
  std::int64_t offset = 0;
  if (name.size() < kDigits) return Error::corrupt;
  const auto parsed = std::from_chars(name.data(), name.data() + kDigits, offset);
  if (parsed.ec != std::errc() || parsed.ptr != name.data() + kDigits || offset < 0) return Error::corrupt;
  return Offset(offset);
}

}  // namespace parts

Status dump_file(ports::BlockingFiles& files, const std::string& path, const DumpOptions& options, Output& output) {
  const auto name = log::base_name(path);
  const parts::Job job{files, path, options, output};
  const Kind* kind = kind_of(name);
  if (!options.json) output.out("Dumping " + path + "\n");
  if (kind != nullptr) return kind->dump(job);
  if (options.every_file && parts::is_small_file(name)) return parts::dump_small_file(job);
  output.err("Ignoring unknown file " + path + "\n");
  return {};
}

std::vector<std::string> files_under(ports::BlockingFiles& files, const std::string& path) {
  const auto entries = files.list(path);
  if (!entries) return {path};
  std::vector<std::string> found;
  const std::string base = path.ends_with('/') ? path : path + "/";
  for (const auto& entry : *entries) {
    if (entry.is_directory) {
      auto inner = files_under(files, base + entry.name);
      found.insert(found.end(), inner.begin(), inner.end());
    } else if (kind_of(entry.name) != nullptr || parts::is_small_file(entry.name)) {
      found.push_back(base + entry.name);
    }
  }
  return found;
}

}  // namespace millrace::inspect
