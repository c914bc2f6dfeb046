#include "broker/log_dirs.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "config/meta_properties.h"
#include "log/mark_file.h"

namespace millrace::broker {
namespace {

constexpr std::size_t kMaxSmallFile = 64 * 1024;
constexpr std::string_view kMarker = ".kafka_cleanshutdown";
constexpr std::string_view kDeleted = "-delete";

std::string cannot(const std::string& path, std::string_view what, Error error) {
  return fmt::format("{}: {} ({})", path, what, to_string(error));
}

Result<config::DirectoryFound, std::string> inspect(ports::BlockingFiles& files, const std::string& dir) {
  config::DirectoryFound found;
  found.path = dir;
  const auto entries = files.list(dir);
  if (!entries) {
    if (entries.error() == Error::not_found) {
      return fmt::format("{}: there is no such directory; format it first: millrace storage format", dir);
    }
    return cannot(dir, "the log directory cannot be read", entries.error());
  }
  found.empty = std::all_of(entries->begin(), entries->end(), [](const auto& entry) { return entry.name == ".lock"; });
  const std::string path = dir + "/" + std::string(config::kMetaPropertiesName);
  const auto text = ports::read_whole(files, path, kMaxSmallFile);
  if (!text) {
    if (text.error() == Error::not_found) return found;
    return cannot(path, "cannot be read", text.error());
  }
  auto meta = config::parse_meta_properties(*text);
  if (!meta) return fmt::format("{}: {}", path, meta.error());
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

Result<Marker, std::string> take_marker(ports::BlockingFiles& files, const std::string& dir) {
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

Result<void, std::string> lock(ports::BlockingFiles& files, const std::string& dir) {
  const auto locked = files.lock(dir + "/.lock");
  if (locked) return {};
  if (locked.error() == Error::exists) {
    return fmt::format("{}: the log directory is in use by another process; stop that one, or choose another log.dirs",
                       dir);
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

// Deleted partitions that an earlier life did not come to remove go now.
Result<void, std::string> take_stock(ports::BlockingFiles& files, const std::string& dir, OpenedDirs& opened) {
  const auto entries = files.list(dir);
  if (!entries) return cannot(dir, "the log directory cannot be read", entries.error());
  for (const auto& entry : *entries) {
    if (!entry.is_directory) continue;
    if (entry.name.ends_with(kDeleted)) {
      remove_tree(files, dir + "/" + entry.name);
    } else if (names_partition(entry.name)) {
      opened.partitions.emplace(entry.name, dir);
    }
  }
  return {};
}

}  // namespace

Result<OpenedDirs, std::string> open_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config) {
  std::vector<std::string> dirs = config.log_dirs;
  if (std::find(dirs.begin(), dirs.end(), config.metadata_log_dir) == dirs.end()) {
    dirs.push_back(config.metadata_log_dir);
  }
  std::vector<config::DirectoryFound> found;
  for (const std::string& dir : dirs) {
    auto one = inspect(files, dir);
    if (!one) return one.error();
    found.push_back(std::move(*one));
  }
  const auto verdict = config::judge_directories(found, config.metadata_log_dir, config.node_id);
  if (!verdict) return verdict.error();
  if (verdict->kind != config::DirectoryVerdict::ready || !verdict->to_add.empty() || !verdict->needs_id.empty()) {
    return fmt::format("{}: the log directory is not formatted; format it first: millrace storage format",
                       verdict->kind != config::DirectoryVerdict::ready ? dirs.front()
                       : !verdict->to_add.empty()                       ? verdict->to_add.front()
                                                                        : verdict->needs_id.front());
  }
  OpenedDirs opened;
  opened.cluster_id = verdict->cluster_id;
  for (std::size_t i = 0; i < dirs.size(); ++i) {
    MR_TRY(lock(files, dirs[i]));
    if (i < config.log_dirs.size()) opened.ids.push_back(*found[i].meta->directory_id);
    if (dirs[i] == config.metadata_log_dir) opened.metadata_id = *found[i].meta->directory_id;
    const auto marker = take_marker(files, dirs[i]);
    if (!marker) return marker.error();
    opened.previous_broker_epoch = i == 0 ? marker->epoch : std::min(opened.previous_broker_epoch, marker->epoch);
    MR_TRY(take_stock(files, dirs[i], opened));
    // They are not needed yet: a full disk is no reason not to start.
    if (i < config.log_dirs.size()) static_cast<void>(make_missing_checkpoints(files, dirs[i]));
    CheckpointHints hints = read_checkpoints(files, dirs[i], marker->found);
    for (const auto& [partition, dir] : opened.partitions) {
      if (dir != dirs[i]) continue;
      log::OpenHints& hint = opened.hints.logs[partition] = hints.logs[partition];
      hint.clean_stop = marker->found;
    }
    if (!marker->found) {
      auto marks = log::gather_marks(files, dirs[i]);
      // What the journal holds was promised: without it a log would be cut too short.
      if (!marks) {
        return cannot(dirs[i], "its journal and durable marks cannot be read and brought to their place",
                      marks.error());
      }
      opened.hints.marks.merge(*marks);
    }
    for (std::string& problem : hints.problems) opened.hints.problems.push_back(std::move(problem));
  }
  return opened;
}

Status close_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config, CheckpointWriter& writer,
                      const std::vector<Checkpoint>& checkpoints, std::int64_t broker_epoch,
                      const std::set<std::string>& offline) {
  Status first;
  for (const std::string& dir : config.log_dirs) {
    const Status written = writer.write(files, dir, kAllCheckpoints, checkpoints);
    const bool clean = written.ok() && !offline.contains(dir) &&
                       std::all_of(checkpoints.begin(), checkpoints.end(), [&dir](const Checkpoint& checkpoint) {
                         return checkpoint.clean || checkpoint.dir != dir;
                       });
    const Status marked = clean ? leave_marker(files, dir, broker_epoch) : written;
    if (first) first = marked;
  }
  return first;
}

}  // namespace millrace::broker
