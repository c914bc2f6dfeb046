#include "broker/dir_placement.h"

#include <algorithm>

#include "config/meta_properties.h"

namespace millrace::broker {

DirPlacement::DirPlacement(const std::vector<std::string>& dirs, const std::map<std::string, Uuid>& ids,
                           const std::map<std::string, std::string>& known) {
  for (const std::string& dir : dirs) {
    const auto id = ids.find(dir);
    dirs_.push_back({dir, id != ids.end() ? id->second : Uuid{}, 0, true, id == ids.end()});
  }
  for (const auto& [partition, dir] : known) {
    if (!partition.starts_with("__cluster_metadata-")) move(partition, dir);
  }
}

DirPlacement::Dir& DirPlacement::dir_at(const std::string& path) {
  const auto at = std::find_if(dirs_.begin(), dirs_.end(), [&](const Dir& dir) { return dir.path == path; });
  if (at != dirs_.end()) return *at;
  dirs_.push_back({path, Uuid{}, 0, false, false});
  return dirs_.back();
}

std::string DirPlacement::place(const std::string& partition, const Uuid& home, bool fresh) {
  if (const auto at = placed_.find(partition); at != placed_.end()) return dirs_[at->second].path;
  Dir* best = nullptr;
  bool some_offline = false;
  for (Dir& dir : dirs_) {
    some_offline = some_offline || dir.offline;
    if (!dir.takes_new || dir.offline) continue;
    if (dir.id == home && config::is_directory_id(home)) {
      best = &dir;
      break;
    }
    if (best == nullptr || dir.partitions < best->partitions) best = &dir;
  }
  if (best == nullptr) return {};
  const bool at_home = best->id == home;
  if (some_offline && !at_home && !(fresh && home == config::kUnassignedDirectory)) return {};
  ++best->partitions;
  placed_.emplace(partition, static_cast<std::size_t>(best - dirs_.data()));
  return best->path;
}

void DirPlacement::forget(const std::string& partition) {
  const auto at = placed_.find(partition);
  if (at == placed_.end()) return;
  --dirs_[at->second].partitions;
  placed_.erase(at);
}

void DirPlacement::move(const std::string& partition, const std::string& dir) {
  forget(partition);
  Dir& target = dir_at(dir);
  ++target.partitions;
  placed_.emplace(partition, static_cast<std::size_t>(&target - dirs_.data()));
}

void DirPlacement::take_offline(const std::string& dir) { dir_at(dir).offline = true; }

bool DirPlacement::is_offline(const std::string& dir) const {
  return std::any_of(dirs_.begin(), dirs_.end(), [&](const Dir& d) { return d.path == dir && d.offline; });
}

Uuid DirPlacement::id_of(const std::string& dir) const {
  const auto at = std::find_if(dirs_.begin(), dirs_.end(), [&](const Dir& d) { return d.path == dir; });
  return at != dirs_.end() ? at->id : Uuid{};
}

}  // namespace millrace::broker
