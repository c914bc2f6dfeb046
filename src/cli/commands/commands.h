#pragma once

#include "cli/call.h"
#include "cli/command.h"

// Every native command, one file each; program.cc's list is commands.cc.
namespace millrace::cli {

extern const Command kTopicList;
extern const Command kHelp;

}  // namespace millrace::cli
