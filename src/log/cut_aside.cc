#include "log/cut_aside.h"

#include <algorithm>
#include <memory>

#include "log/limits.h"
#include "log/names.h"

namespace millrace::log {

std::string free_cut_name(const std::vector<ports::DirectoryEntry>& entries, Offset base) {
  for (unsigned n = 1;; ++n) {
    const std::string name = cut_name(base, n);
    const bool taken =
        std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == name; });
    if (!taken) return name;
  }
}

Result<std::string> keep_aside(ports::BlockingFiles& files, const std::string& directory,
                               const std::vector<ports::DirectoryEntry>& entries, const CutRange& range,
                               ports::BlockingFile& file) {
  const std::uint64_t size = range.to - range.from;
  std::vector<std::byte> window(static_cast<std::size_t>(std::min<std::uint64_t>(size, kScanWindowBytes)));
  std::unique_ptr<ports::BlockingFile> aside;
  const std::string name = free_cut_name(entries, range.base);
  for (std::uint64_t at = range.from; at < range.to;) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(window.size(), range.to - at));
    const auto got = file.read(FilePosition(at), MutableBytes(window).first(want));
    if (!got) return got.error();
    if (*got == 0) return Error::io;
    const Bytes bytes = Bytes(window).first(*got);
    if (!aside && !std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; })) {
      auto made = files.open(directory + "/" + name, ports::OpenMode::create);
      if (!made) return made.error();
      aside = std::move(*made);
    }
    if (aside) MR_TRY(aside->write(FilePosition(at - range.from), bytes));
    at += *got;
  }
  if (!aside) return std::string();
  MR_TRY(aside->sync());
  MR_TRY(files.sync_directory(directory));
  return name;
}

}  // namespace millrace::log
