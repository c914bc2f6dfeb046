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
  std::map<std::string, Uuid> ids;           // of those of log.dirs that are in service, by path
  std::map<std::string, std::string> offline;  // of those that are not: why, in one line that names the path
  std::set<std::string> locked;              // all that are in service
  Uuid metadata_id;                          // of the one that holds the metadata log
  std::int64_t previous_broker_epoch = -1;   // from .kafka_cleanshutdown; -1 after anything but a clean stop of all
  std::map<std::string, std::string> partitions;  // "<topic>-<partition>": the directory it lies in
  std::map<std::string, std::string> moving;      // of these: the directory to which a move was under way
  CheckpointHints hints;
};

// Locks every directory, checks whose it is, and takes away the marker of the last clean stop, so that a crash from
// here on is not mistaken for one. A job. A directory that cannot be read or written is offline, as in Kafka, unless it
// holds the metadata log. The error is one line: a directory that is missing, not formatted, another node's, or in use
// by another process, one partition in two directories, or nothing that can be used. `fresh`: as many ids as there are
// directories, for those whose meta.properties (from before Kafka 3.7) has none.
Result<OpenedDirs, std::string> open_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config,
                                              const std::vector<Uuid>& fresh);

// After every log is closed: writes the checkpoints, and into each directory whose logs all were closed well Kafka's
// marker of a clean stop with the epoch of the broker; the durable marks go then. A job. Directories in `offline` are
// left alone.
Status close_log_dirs(ports::BlockingFiles& files, const config::ServerConfig& config, CheckpointWriter& writer,
                      const std::vector<Checkpoint>& checkpoints, std::int64_t broker_epoch,
                      const std::set<std::string>& offline);

// The last thing before the process ends well: removes the lock files of `dirs`, as Kafka does. A job.
void release_log_dirs(ports::BlockingFiles& files, const std::set<std::string>& dirs);

}  // namespace millrace::broker
