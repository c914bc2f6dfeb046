#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/surroundings.h"

namespace millrace::cli {

// The commands of this library, in the order of the help.
Commands commands();

// Whether `arguments` begin with a word of one of the commands.
bool knows(Commands commands, const Arguments& arguments);

// `millrace ARGUMENTS...`: finds the command, reads its options, runs it. Returns the exit code; failures are told on
// console's err.
int run_program(Commands commands, const Arguments& arguments, const Surroundings& around, Console& console);

}  // namespace millrace::cli
