#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cli/failure.h"
#include "cli/options.h"
#include "cli/surroundings.h"
#include "config/definition.h"
#include "millrace/config.h"

namespace millrace::cli {

// A value and where it was set: "--timeout", "-X", "FILE", "MILLRACE_FORMAT", "profile local", "default".
struct Setting {
  std::string value;
  std::string origin;
};

// What is in force for one call: client settings by Kafka's names, and `format`, `color` of our own. The nearest
// counts: flag, -X key=value, --command-config, environment (MILLRACE_BOOTSTRAP_SERVERS for bootstrap.servers),
// profile, default.
using Settings = std::map<std::string, Setting, std::less<>>;

// The failure names a setting that is none, with the nearest one, or a profile or file that cannot be read. Settings
// of a file or profile that no client has are left out, and named on `warnings`.
Outcome<Settings> gather_settings(const Options& options, const Surroundings& around, std::string& warnings);

// Whether a profile may have this setting; and the failure for one that is none, with the nearest that is.
bool is_setting(std::string_view name);
Failure unknown_setting(std::string_view name);

// Puts the client settings that exist in `scope` into `config`.
void configure(const Settings& settings, config::Scope scope, client::Config& config);

}  // namespace millrace::cli
