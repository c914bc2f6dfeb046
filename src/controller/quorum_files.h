#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "controller/snapshot_files.h"
#include "ports/file.h"
#include "raft/quorum_state.h"

namespace millrace::controller {

// The small files around the metadata log, as they were found.
struct QuorumFiles {
  std::optional<raft::QuorumState> state;  // quorum-state
  std::vector<SnapshotFile> snapshots;     // ascending
  std::string snapshot_bytes;              // of the newest one
  std::string bootstrap_bytes;             // bootstrap.checkpoint; empty if there is none
};

// Reads them; for a job. The error is a line for the operator. A damaged quorum-state is an error: to start without it
// could mean to vote twice in an epoch. What an interrupted snapshot has left is removed.
Result<QuorumFiles, std::string> read_quorum_files(ports::BlockingFiles& files, const std::string& metadata_dir);

// The directory of the metadata log.
std::string metadata_log_directory(const std::string& metadata_dir);

}  // namespace millrace::controller
