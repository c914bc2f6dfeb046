#include "log/orphans.h"

#include <algorithm>

#include "log/names.h"

namespace millrace::log {

void remove_orphans(ports::BlockingFiles& files, const std::string& directory,
                    const std::vector<ports::DirectoryEntry>& entries, const std::vector<Offset>& snapshots,
                    const RecoveredLog& log) {
  const auto has_segment = [&](Offset base) {
    return std::any_of(log.segments.begin(), log.segments.end(),
                       [base](const auto& segment) { return segment.index.base() == base; });
  };
  Offset newest = kNoOffset;
  for (const Offset at : snapshots) {
    if (at <= log.end()) newest = std::max(newest, at);
  }
  for (const auto& entry : entries) {
    bool orphan = false;
    for (const std::string_view suffix : {kIndexSuffix, kTimeIndexSuffix, kAbortedSuffix}) {
      const auto base = parse_offset_name(entry.name, suffix);
      orphan = orphan || (base && !has_segment(*base));
    }
    if (const auto at = parse_offset_name(entry.name, kSnapshotSuffix)) {
      orphan = *at > log.end() || (*at != newest && !has_segment(*at));
    }
    if (orphan) static_cast<void>(files.remove(directory + "/" + entry.name));
  }
}

}  // namespace millrace::log
