#include "inspect/verify.h"

#include <algorithm>
#include <array>
#include <map>

#include "inspect/checkpoint_file.h"
#include "inspect/verify_partition.h"
#include "inspect/verify_segment.h"
#include "log/limits.h"
#include "log/mark_file.h"
#include "log/names.h"

namespace millrace::inspect {
namespace {

constexpr std::string_view kCleanMarker = ".kafka_cleanshutdown";
constexpr std::array<std::string_view, 2> kEnds = {"recovery-point-offset-checkpoint", "replication-offset-checkpoint"};
constexpr std::array<std::string_view, 2> kOthers = {"log-start-offset-checkpoint", "cleaner-offset-checkpoint"};

bool is_partition(std::string_view name) {
  const auto dash = name.rfind('-');
  return dash != std::string_view::npos && dash > 0 && name != "remote-log-index-cache";
}

bool is_served(std::string_view name) {
  return !name.ends_with("-delete") && !name.ends_with("-stray") && !name.ends_with("-future");
}

class DirectoryCheck {
 public:
  DirectoryCheck(ports::BlockingFiles& files, const std::string& directory) : files_(files), directory_(directory) {}

  Result<Verified> run() {
    const auto entries = files_.list(directory_);
    if (!entries) return entries.error();
    LeftAs left;
    bool is_one_partition = false;
    for (const auto& entry : *entries) {
      if (entry.name == kCleanMarker) left.clean = true;
      if (entry.name.starts_with(log::kMarksPrefix)) left.sparse = true;
      is_one_partition = is_one_partition || log::parse_segment_name(entry.name).has_value();
    }
    if (is_one_partition) {
      MR_TRY(partition(directory_, "", left));
      return std::move(verified_);
    }
    for (const auto& entry : *entries) {
      if (!entry.is_directory || !is_partition(entry.name)) continue;
      left.served = is_served(entry.name);
      MR_TRY(partition(directory_ + "/" + entry.name, entry.name, left));
    }
    for (const auto name : kEnds) check_ends(name, left.clean);
    for (const auto name : kOthers) check_starts(name);
    const std::string bootstrap = directory_ + "/bootstrap.checkpoint";
    const auto batches = verify_batches(files_, bootstrap, verified_.findings);
    if (batches) verified_.batches += *batches;
    return std::move(verified_);
  }

 private:
  Status partition(const std::string& path, const std::string& name, LeftAs left) {
    // The metadata log is scanned at every start, and never marked as closed.
    if (name.starts_with("__cluster_metadata-")) left.served = false;
    auto facts = verify_partition(files_, path, left);
    if (!facts) return facts.error();
    ++verified_.partitions;
    verified_.batches += facts->batches;
    std::move(facts->findings.begin(), facts->findings.end(), std::back_inserter(verified_.findings));
    if (!name.empty() && left.served) ends_[name] = facts->end;
    return {};
  }

  std::optional<std::vector<CheckpointEntry>> read(std::string_view name) {
    const std::string path = directory_ + "/" + std::string(name);
    const auto text = ports::read_whole(files_, path, log::kMaxCheckpointBytes);
    if (!text && text.error() == Error::not_found) return std::nullopt;
    auto entries = text ? parse_checkpoint_file(*text) : Result<std::vector<CheckpointEntry>>(text.error());
    if (entries) return std::move(*entries);
    verified_.findings.push_back({path, 0, kNoOffset, "no checkpoint of version 0"});
    return std::nullopt;
  }

  // What was written, or known to all replicas, cannot lie behind the end; after a clean stop it is the end.
  void check_ends(std::string_view name, bool clean) {
    const auto entries = read(name);
    const std::string path = directory_ + "/" + std::string(name);
    if (!entries) {
      if (clean && !ends_.empty()) verified_.findings.push_back({path, 0, kNoOffset, "missing after a clean stop"});
      return;
    }
    std::map<std::string, Offset> known;
    for (const auto& entry : *entries) known[entry.directory()] = entry.offset;
    for (const auto& [partition, end] : ends_) {
      const auto at = known.find(partition);
      if (at == known.end()) {
        if (clean) verified_.findings.push_back({path, 0, end, partition + " is missing after a clean stop"});
      } else if (clean ? at->second != end : at->second > end) {
        verified_.findings.push_back({path, 0, at->second,
                                      partition + ", whose log ends at " + std::to_string(end.value())});
      }
    }
  }

  void check_starts(std::string_view name) {
    const auto entries = read(name);
    if (!entries) return;
    for (const auto& entry : *entries) {
      const auto end = ends_.find(entry.directory());
      if (end == ends_.end() || entry.offset <= end->second) continue;
      verified_.findings.push_back({directory_ + "/" + std::string(name), 0, entry.offset,
                                    end->first + ", whose log ends at " + std::to_string(end->second.value())});
    }
  }

  ports::BlockingFiles& files_;
  const std::string directory_;
  Verified verified_;
  std::map<std::string, Offset> ends_;
};

}  // namespace

std::string Finding::text() const {
  std::string line = file + ": position " + std::to_string(position);
  if (offset != kNoOffset) line += ", offset " + std::to_string(offset.value());
  return line + ": " + what;
}

Result<Verified> verify_directory(ports::BlockingFiles& files, const std::string& directory) {
  return DirectoryCheck(files, directory).run();
}

}  // namespace millrace::inspect
