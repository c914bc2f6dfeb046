#include "controller/quorum_files.h"

#include <utility>

#include "metadata/bootstrap.h"
#include "metadata/limits.h"

namespace millrace::controller {
namespace {

// The contents of a file that may be missing.
Result<std::optional<std::string>, std::string> read_optional(ports::BlockingFiles& files, const std::string& path,
                                                              std::size_t limit) {
  auto text = ports::read_whole(files, path, limit);
  if (text.ok()) return std::optional(std::move(*text));
  if (text.error() == Error::not_found) return std::optional<std::string>();
  return path + " cannot be read: " + to_string(text.error());
}

}  // namespace

std::string metadata_log_directory(const std::string& metadata_dir) {
  return metadata_dir + "/" + std::string(metadata::kMetadataLogName);
}

Result<QuorumFiles, std::string> read_quorum_files(ports::BlockingFiles& files, const std::string& metadata_dir) {
  QuorumFiles found;
  const std::string directory = metadata_log_directory(metadata_dir);

  const std::string state_path = directory + "/" + std::string(raft::kQuorumStateName);
  const auto state = read_optional(files, state_path, raft::kMaxQuorumStateBytes);
  if (!state.ok()) return state.error();
  if (*state) {
    const auto parsed = raft::parse_quorum_state(**state);
    if (!parsed.ok()) {
      return state_path + " is " + to_string(parsed.error()) + ": restore it, or remove it if no other voter exists";
    }
    found.state = *parsed;
  }

  auto snapshots = find_snapshots(files, directory);
  if (!snapshots.ok()) return "the snapshots in " + directory + " cannot be looked at: " + to_string(snapshots.error());
  found.snapshots = std::move(*snapshots);
  if (!found.snapshots.empty()) {
    const std::string path = directory + "/" + metadata::render_checkpoint_name(found.snapshots.back().name);
    auto bytes = read_optional(files, path, metadata::kMaxSnapshotBytes);
    if (!bytes.ok()) return bytes.error();
    if (!*bytes) return path + " has vanished";
    found.snapshot_bytes = std::move(**bytes);
  }

  auto bootstrap =
      read_optional(files, metadata_dir + "/" + std::string(metadata::kBootstrapName), metadata::kMaxBootstrapBytes);
  if (!bootstrap.ok()) return bootstrap.error();
  if (*bootstrap) found.bootstrap_bytes = std::move(**bootstrap);
  return found;
}

}  // namespace millrace::controller
