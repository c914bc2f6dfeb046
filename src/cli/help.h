#pragma once

#include <string>
#include <string_view>

#include "cli/command_line.h"

namespace millrace::cli {

// The help of one command, for people.
std::string help_text(const Command& command);
// The commands whose names begin with `words` (empty: all), one line each.
std::string list_text(Commands commands, std::string_view words);
// All that is known of the commands, as JSON for programs.
std::string help_json(Commands commands);
// docs/commands.md.
std::string help_page(Commands commands);

}  // namespace millrace::cli
