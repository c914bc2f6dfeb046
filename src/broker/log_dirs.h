#pragma once

#include <cstdint>
#include <map>
#include <set>
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
// here on is not mistaken for one. A job. The error is one line: a directory that is missing, not writable, not
// formatted,
// another node's, or in use by another process.
Result<OpenedDirs, std::string> open_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config);

// After every log is closed: writes the checkpoints, and into each directory whose logs all were closed well Kafka's
// marker of a clean stop with the epoch of the broker; the durable marks go then. A job. Nothing of a directory in
// `offline` counts as clean.
Status close_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config, CheckpointWriter& writer,
                      const std::vector<Checkpoint>& checkpoints, std::int64_t broker_epoch,
                      const std::set<std::string>& offline);

}  // namespace millrace::broker
