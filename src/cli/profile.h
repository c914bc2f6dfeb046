#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/failure.h"
#include "cli/surroundings.h"
#include "config/properties.h"

// Profiles: named sets of settings, each a file of Kafka's client settings ("name=value" lines), so that Kafka's tools
// can read it with --command-config. They lie in $XDG_CONFIG_HOME/millrace/profiles (else ~/.config/millrace/profiles)
// as NAME.properties; the file `current` beside that folder names the one in use.
namespace millrace::cli {

// The folder of ours; the failure says which variable is missing.
Outcome<std::string> config_folder(const Surroundings& around);

// Names of all profiles, sorted.
std::vector<std::string> profile_names(const Surroundings& around);
// The profile in use: --profile is the caller's, then MILLRACE_PROFILE, then `current`; empty: none.
std::string current_profile(const Surroundings& around);
// The settings of a profile, in the order of its file. The failure (kUsage) says that there is none of that name.
Outcome<std::vector<config::Property>> read_profile(const Surroundings& around, const std::string& name);
// Replaces a profile as a whole; makes it if it is new. kUsage for a name that no file may have.
Outcome<void> write_profile(const Surroundings& around, const std::string& name,
                            const std::vector<config::Property>& settings);
// Makes `name` the one in use; the empty name: none.
Outcome<void> use_profile(const Surroundings& around, const std::string& name);

}  // namespace millrace::cli
