#pragma once

#include "cli/call.h"
#include "cli/command.h"

// The commands that need more than a client: a node, its directories, its logs.
namespace millrace::apps {

using cli::kDone;
using cli::kUsage;
inline constexpr int kFailed = cli::kSomeFailed;

extern const cli::Command kServer;
extern const cli::Command kStorageFormat;
extern const cli::Command kStorageUuid;
extern const cli::Command kLogDump;
extern const cli::Command kLogVerify;
extern const cli::Command kLogRecover;
extern const cli::Command kDecode;

}  // namespace millrace::apps
