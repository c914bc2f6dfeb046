#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "config/format_plan.h"
#include "config/meta_properties.h"
#include "config/server_config.h"
#include "ports/file.h"
#include "ports/random.h"

namespace millrace::cli {

// What becomes of a log directory that cannot be read: an error, or a directory that is not `readable`, since a node
// can do without unless it holds the metadata log.
enum class Unusable : std::uint8_t { refused, offline };

// Looks at every log directory of a node, read-only. The error is a line: what lies where that should not.
Result<std::vector<config::DirectoryFound>, std::string> look_at_directories(ports::BlockingFiles& files,
                                                                             const config::ServerConfig& config,
                                                                             Unusable unusable = Unusable::refused);

// One new directory id for each log directory of a node.
std::vector<Uuid> fresh_directory_ids(ports::Random& random, const config::ServerConfig& config);

// Writes what the plan says. Missing directories are made; each file is replaced as a whole and is durable when this
// returns; meta.properties is the last of each directory, so that one that has it is complete. The error is a line that
// names the path. `records`: metadata records that the cluster begins with, beside its features.
Result<void, std::string> write_format(ports::BlockingFiles& files, const config::FormatPlan& plan, WallTime now,
                                       std::span<const Buffer> records = {});

}  // namespace millrace::cli
