#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "config/features.h"
#include "config/meta_properties.h"
#include "config/server_config.h"
#include "ports/file.h"
#include "ports/random.h"

namespace millrace::apps {

// What a new directory is made for.
struct FormatRequest {
  std::string cluster_id;
  std::vector<config::Feature> features;  // metadata.version first
  WallTime now;
  // The quorum begins with this node as its only voter, kept in the log (kraft.version 1).
  bool standalone = false;
};

// Looks at every log directory of a node, read-only. The error is a line: what lies where that should not.
Result<config::DirectoryVerdict, std::string> inspect_directories(ports::BlockingFiles& files,
                                                                  const config::ServerConfig& config);

// Formats the directories `paths` (made if missing) as Kafka's storage tool does: meta.properties with a directory id of
// its own, bootstrap.checkpoint, and with `standalone` the first snapshot of the metadata log, which names the voter.
// Each file is replaced as a whole and durable when this returns; meta.properties is the last, so that a directory that
// has one is complete. The error is a line that names the path.
Result<void, std::string> format_directories(ports::BlockingFiles& files, ports::Random& random,
                                             const config::ServerConfig& config, const std::vector<std::string>& paths,
                                             const FormatRequest& request);

}  // namespace millrace::apps
