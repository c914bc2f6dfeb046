#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "broker/checkpoints.h"
#include "config/server_config.h"
#include "ports/file.h"

namespace millrace::broker {

// The log directories of a node, taken into its possession.
struct OpenedDirs {
  std::string cluster_id;
  std::vector<Uuid> ids;                     // in the order of the settings
  Uuid metadata_id;                          // of the one that holds the metadata log
  std::int64_t previous_broker_epoch = -1;   // from .kafka_cleanshutdown; -1 after anything but a clean stop
  std::map<std::string, std::string> partitions;  // "<topic>-<partition>": the directory it lies in
  CheckpointHints hints;
};

// Locks every directory, checks whose it is, and takes away the marker of the last clean stop, so that a crash from
// here
// on is not mistaken for one. A job. The error is one line: a directory that is missing, not writable, not formatted,
// another node's, or in use by another process.
Result<OpenedDirs, std::string> open_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config);

// After every log is closed: writes the recovery points and high watermarks. A job. Kafka's marker of a clean stop is
// not left behind: it makes Kafka trust indexes and producer snapshots, which these directories do not have
// (docs/formats/log-directory.md), so Kafka recovers them from the batches.
Status close_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config, CheckpointWriter& writer,
                      const std::vector<Checkpoint>& checkpoints);

}  // namespace millrace::broker
