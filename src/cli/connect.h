#pragma once

#include <string>
#include <string_view>

#include "cli/failure.h"
#include "cli/options.h"
#include "millrace/admin.h"

namespace millrace::cli {

// Adds the settings of a properties file. The failure names the file and what is wrong with it.
Outcome<void> read_settings(const std::string& path, client::Config& config);

// The whole text of a file of at most 64 MiB.
Outcome<std::string> read_text(const std::string& path);

// An admin client for the servers that --bootstrap-server (or --bootstrap-controller) names, with the settings of the
// --command-config file (or of that of the option `older`). `timeout_ms`, unless empty: default.api.timeout.ms, how
// long a call may take.
Outcome<client::Admin> connect(const Options& options, std::string_view timeout_ms = {},
                               const char* older = "admin.config");

}  // namespace millrace::cli
