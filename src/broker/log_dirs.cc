#include "broker/log_dirs.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "config/meta_properties.h"
#include "log/mark_file.h"
#include "log/names.h"

namespace millrace::broker {
namespace {

constexpr std::size_t kMaxSmallFile = 64 * 1024;
constexpr std::string_view kMarker = ".kafka_cleanshutdown";
constexpr std::string_view kLock = ".lock";
constexpr std::string_view kDeleted = "-delete";
constexpr std::string_view kFuture = "-future";
constexpr std::string_view kMetadataLog = "__cluster_metadata-0";

// Why a directory cannot be used, in one line.
struct Trouble {
  std::string line;
  bool ends_start = false;  // otherwise the node can do without the directory
};

Trouble cannot(const std::string& path, std::string_view what, Error error) {
  return {fmt::format("{}: {} ({})", path, what, to_string(error))};
}

Result<config::DirectoryFound, Trouble> inspect(ports::BlockingFiles& files, const std::string& dir) {
  config::DirectoryFound found;
  found.path = dir;
  const auto entries = files.list(dir);
  if (!entries) {
    if (entries.error() == Error::not_found) {
      return Trouble{fmt::format("{}: there is no such directory; format it first: millrace storage format", dir),
                     true};
    }
    return cannot(dir, "the log directory cannot be read", entries.error());
  }
  found.empty = std::all_of(entries->begin(), entries->end(), [](const auto& entry) { return entry.name == kLock; });
  const std::string path = dir + "/" + std::string(config::kMetaPropertiesName);
  const auto text = ports::read_whole(files, path, kMaxSmallFile);
  if (!text) {
    if (text.error() == Error::not_found) return found;
    return cannot(path, "cannot be read", text.error());
  }
  auto meta = config::parse_meta_properties(*text);
  if (!meta) return Trouble{fmt::format("{}: {}", path, meta.error())};
  found.meta = std::move(*meta);
  return found;
}

// Kafka's marker holds the epoch of the broker that stopped; older ones are empty and just as good.
std::int64_t epoch_in(std::string_view marker) {
  constexpr std::string_view kName = "\"brokerEpoch\":";
  const auto at = marker.find(kName);
  if (at == std::string_view::npos) return -1;
  std::int64_t epoch = -1;
  const char* begin = marker.data() + at + kName.size();
  std::from_chars(begin, marker.data() + marker.size(), epoch);
  return epoch;
}

struct Marker {
  bool found = false;
  std::int64_t epoch = -1;
};

Result<Marker, Trouble> take_marker(ports::BlockingFiles& files, const std::string& dir) {
  const std::string path = dir + "/" + std::string(kMarker);
  const auto text = ports::read_whole(files, path, kMaxSmallFile);
  if (!text && text.error() == Error::not_found) return Marker{};
  if (!text) return cannot(path, "cannot be read", text.error());
  // Whoever stopped cleanly had everything on the disk, and may have been another program: what millrace noted before
  // is out of date. It goes first, so that no crash leaves it without the marker.
  const auto gone = [&]() -> Status {
    MR_TRY(log::remove_marks(files, dir));
    return files.sync_directory(dir);
  }();
  if (!gone) return cannot(dir, "its old journal and durable marks cannot be removed", gone.error());
  if (const auto removed = files.remove(path); !removed) return cannot(path, "cannot be removed", removed.error());
  if (const auto synced = files.sync_directory(dir); !synced) return cannot(dir, "cannot be synced", synced.error());
  return Marker{true, epoch_in(*text)};
}

Status leave_marker(ports::BlockingFiles& files, const std::string& dir, std::int64_t broker_epoch) {
  MR_TRY(log::remove_marks(files, dir));
  return ports::write_atomically(files, dir + "/" + std::string(kMarker),
                                 as_bytes(fmt::format("{{\"version\":0,\"brokerEpoch\":{}}}", broker_epoch)));
}

Result<void, Trouble> lock(ports::BlockingFiles& files, const std::string& dir) {
  const auto locked = files.lock(fmt::format("{}/{}", dir, kLock));
  if (locked) return {};
  if (locked.error() == Error::exists) {
    return Trouble{
        fmt::format("{}: the log directory is in use by another process; stop that one, or choose another log.dirs",
                    dir),
        true};
  }
  return cannot(dir, "the log directory is not writable", locked.error());
}

// Whether a name is "<topic>-<partition>".
bool names_partition(std::string_view name) {
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == name.size()) return false;
  const auto digits = name.substr(dash + 1);
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void remove_tree(ports::BlockingFiles& files, const std::string& path) {
  if (const auto entries = files.list(path)) {
    for (const auto& entry : *entries) {
      if (entry.is_directory) {
        remove_tree(files, path + "/" + entry.name);
      } else {
        static_cast<void>(files.remove(path + "/" + entry.name));
      }
    }
  }
  static_cast<void>(files.remove(path));
}

// "<topic>-<partition>" of a replica that was being moved here; empty if the name is not that of one.
std::string moved_here(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || !name.ends_with(kFuture) || !names_partition(name.substr(0, dot))) return {};
  return std::string(name.substr(0, dot));
}

// The segments of a log with their sizes.
Result<std::map<std::string, ByteCount>> segments(ports::BlockingFiles& files, const std::string& directory) {
  const auto entries = files.list(directory);
  if (!entries) return entries.error();
  std::map<std::string, ByteCount> sizes;
  for (const auto& entry : *entries) {
    if (!log::parse_segment_name(entry.name)) continue;
    const auto file = files.open(directory + "/" + entry.name, ports::OpenMode::read);
    if (!file) return file.error();
    const auto size = (*file)->size();
    if (!size) return size.error();
    sizes[entry.name] = *size;
  }
  return sizes;
}

class Opening {
 public:
  Opening(ports::BlockingFiles& files, const config::ServerConfig& config, const std::vector<Uuid>& fresh)
      : files_(files), config_(config), fresh_(fresh), dirs_(config.log_dirs) {
    if (!configured(config.metadata_log_dir)) dirs_.push_back(config.metadata_log_dir);
  }

  Result<OpenedDirs, std::string> run() {
    std::vector<config::DirectoryFound> found;
    for (const std::string& dir : dirs_) {
      auto one = inspect(files_, dir);
      if (!one) {
        MR_TRY(give_up(dir, one.error()));
        one = config::DirectoryFound{dir, false, {}, false};
      }
      found.push_back(std::move(*one));
    }
    MR_TRY(judge(found));
    for (std::size_t i = 0; i < dirs_.size(); ++i) {
      if (!found[i].readable) continue;
      if (auto taken = take(dirs_[i], *found[i].meta, fresh_[i]); !taken) MR_TRY(give_up(dirs_[i], taken.error()));
    }
    // What lies in a directory that is not there may have ended any way: to the controller this is no clean stop.
    if (!opened_.offline.empty()) opened_.previous_broker_epoch = -1;
    resume_moves();
    return std::move(opened_);
  }

 private:
  bool configured(const std::string& dir) const {
    return std::find(config_.log_dirs.begin(), config_.log_dirs.end(), dir) != config_.log_dirs.end();
  }

  // The node goes on without the directory if it can.
  Result<void, std::string> give_up(const std::string& dir, const Trouble& trouble) {
    if (trouble.ends_start || dir == config_.metadata_log_dir) return trouble.line;
    opened_.offline[dir] = trouble.line;
    std::erase_if(opened_.partitions, [&](const auto& entry) { return entry.second == dir; });
    std::erase_if(futures_, [&](const auto& entry) { return ports::parent_directory(entry.second) == dir; });
    opened_.ids.erase(dir);
    opened_.locked.erase(dir);
    return {};
  }

  Result<void, std::string> judge(const std::vector<config::DirectoryFound>& found) {
    const auto verdict = config::judge_directories(found, config_.metadata_log_dir, config_.node_id);
    if (!verdict) return verdict.error();
    if (verdict->kind != config::DirectoryVerdict::ready || !verdict->to_add.empty()) {
      return fmt::format("{}: the log directory is not formatted; format it first: millrace storage format",
                         verdict->to_add.empty() ? dirs_.front() : verdict->to_add.front());
    }
    opened_.cluster_id = verdict->cluster_id;
    return {};
  }

  Result<void, Trouble> take(const std::string& dir, config::MetaProperties meta, Uuid fresh) {
    MR_TRY(lock(files_, dir));
    opened_.locked.insert(dir);
    if (!meta.directory_id) {
      meta.directory_id = fresh;
      const std::string path = dir + "/" + std::string(config::kMetaPropertiesName);
      const std::string text = config::render_meta_properties(meta);
      if (const auto written = ports::write_atomically(files_, path, as_bytes(text)); !written) {
        return cannot(path, "cannot get a directory.id", written.error());
      }
    }
    if (configured(dir)) opened_.ids[dir] = *meta.directory_id;
    if (dir == config_.metadata_log_dir) opened_.metadata_id = *meta.directory_id;
    const auto marker = take_marker(files_, dir);
    if (!marker) return marker.error();
    MR_TRY(take_stock(dir));
    // They are not needed yet: a full disk is no reason not to start.
    if (configured(dir)) static_cast<void>(make_missing_checkpoints(files_, dir));
    MR_TRY(take_hints(dir, marker->found));
    opened_.previous_broker_epoch = first_ ? marker->epoch : std::min(opened_.previous_broker_epoch, marker->epoch);
    first_ = false;
    return {};
  }

  Result<void, Trouble> take_hints(const std::string& dir, bool clean) {
    CheckpointHints hints = read_checkpoints(files_, dir, clean);
    if (!clean) {
      auto marks = log::gather_marks(files_, dir);
      // What the journal holds was promised: without it a log would be cut too short.
      if (!marks) {
        return cannot(dir, "its journal and durable marks cannot be read and brought to their place", marks.error());
      }
      opened_.hints.marks.merge(*marks);
    }
    for (const auto& [partition, at] : opened_.partitions) {
      if (at != dir) continue;
      log::OpenHints& hint = opened_.hints.logs[partition] = hints.logs[partition];
      hint.clean_stop = clean;
    }
    for (std::string& problem : hints.problems) opened_.hints.problems.push_back(std::move(problem));
    return {};
  }

  // Deleted partitions that an earlier life did not come to remove go now.
  Result<void, Trouble> take_stock(const std::string& dir) {
    const auto entries = files_.list(dir);
    if (!entries) return cannot(dir, "the log directory cannot be read", entries.error());
    for (const auto& entry : *entries) {
      if (!entry.is_directory) continue;
      const std::string path = dir + "/" + entry.name;
      if (entry.name == kMetadataLog && dir != config_.metadata_log_dir) {
        return Trouble{fmt::format("{}: a metadata log, but that of this node is in {} (metadata.log.dir)", path,
                                   config_.metadata_log_dir),
                       true};
      }
      if (entry.name.ends_with(kDeleted)) {
        remove_tree(files_, path);
      } else if (const std::string partition = moved_here(entry.name); !partition.empty()) {
        futures_.emplace_back(partition, path);
      } else if (names_partition(entry.name)) {
        const auto [at, fresh] = opened_.partitions.emplace(entry.name, dir);
        if (!fresh) MR_TRY(drop_copy(at->second + "/" + entry.name, path));
      }
    }
    return {};
  }

  // A move that was interrupted at its last step leaves the same log in two directories: one of them is enough. Two
  // that differ are for the operator to judge.
  Result<void, Trouble> drop_copy(const std::string& kept, const std::string& copy) {
    const auto one = segments(files_, kept);
    const auto other = segments(files_, copy);
    if (!other) return cannot(copy, "cannot be read", other.error());
    if (one && *one == *other) {
      remove_tree(files_, copy);
      return {};
    }
    return Trouble{
        fmt::format("{}: the partition is in {} too, with other contents; remove one of the two", copy, kept), true};
  }

  // A copy that was not finished is begun again by who opens the partition. One whose original is not there is left.
  void resume_moves() {
    for (const auto& [partition, copy] : futures_) {
      if (!opened_.partitions.contains(partition)) {
        opened_.hints.problems.push_back(copy + ": a copy whose original is not in service; it is left alone");
        continue;
      }
      opened_.moving[partition] = ports::parent_directory(copy);
      remove_tree(files_, copy);
    }
  }

  ports::BlockingFiles& files_;
  const config::ServerConfig& config_;
  const std::vector<Uuid>& fresh_;
  std::vector<std::string> dirs_;
  OpenedDirs opened_;
  std::vector<std::pair<std::string, std::string>> futures_;  // partition, and the directory of its copy
  bool first_ = true;
};

}  // namespace

Result<OpenedDirs, std::string> open_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config,
                                              const std::vector<Uuid>& fresh) {
  return Opening(files, config, fresh).run();
}

void release_log_dirs(ports::BlockingFiles& files, const std::set<std::string>& dirs) {
  for (const std::string& dir : dirs) static_cast<void>(files.remove(fmt::format("{}/{}", dir, kLock)));
}

Status close_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config, CheckpointWriter& writer,
                      const std::vector<Checkpoint>& checkpoints, std::int64_t broker_epoch,
                      const std::set<std::string>& offline) {
  Status first;
  for (const std::string& dir : config.log_dirs) {
    if (offline.contains(dir)) continue;
    const Status written = writer.write(files, dir, kAllCheckpoints, checkpoints);
    const bool clean = written.ok() && std::all_of(checkpoints.begin(), checkpoints.end(), [&dir](const auto& one) {
                         return one.clean || one.dir != dir;
                       });
    const Status marked = clean ? leave_marker(files, dir, broker_epoch) : written;
    if (first) first = marked;
  }
  return first;
}

}  // namespace millrace::broker
