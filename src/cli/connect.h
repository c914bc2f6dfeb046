#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "cli/console.h"
#include "cli/failure.h"
#include "cli/options.h"
#include "config/definition.h"
#include "millrace/admin.h"

namespace millrace::cli {

// Adds the settings of a properties file. The failure names the file and what is wrong with it.
Outcome<void> read_settings(const std::string& path, client::Config& config);

// The whole text of a file of at most 64 MiB.
Outcome<std::string> read_text(const std::string& path);

// Adds the settings that a client of `scope` has to `config`. Others have no effect, as with Kafka's tools; those that
// nothing of Kafka's has are named on the console, with `origin`, where they were given.
using GivenSettings = std::map<std::string, std::string, std::less<>>;
void add_known(const GivenSettings& given, config::Scope scope, std::string_view origin, Console& console,
               client::Config& config);

// The failure: none of the servers "HOST:PORT,..." has an address. As Kafka's clients do, nothing waits for one.
Outcome<void> check_resolvable(const std::string& servers);

// An admin client for the servers that --bootstrap-server (or --bootstrap-controller) names, whatever servers a file
// names, with the settings of the --command-config file (or of that of the option `older`). `timeout_ms`, unless empty:
// default.api.timeout.ms, how long a call may take.
Outcome<client::Admin> connect(const Options& options, Console& console, std::string_view timeout_ms = {},
                               const char* older = "admin.config");

}  // namespace millrace::cli
