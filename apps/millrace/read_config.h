#pragma once

#include <string>

#include "base/result.h"
#include "config/settings.h"

namespace millrace::apps {

// Reads the settings file at `path` into `options`. The error is a line that names the file.
Result<void, std::string> read_config_file(const std::string& path, config::StartOptions& options);

}  // namespace millrace::apps
