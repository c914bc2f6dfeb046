#include <algorithm>
#include <vector>

#include "log/file_scan.h"
#include "log/names.h"
#include "log/recovery.h"

namespace millrace::log {

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
