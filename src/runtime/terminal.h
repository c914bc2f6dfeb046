#pragma once

#include <cstddef>
#include <cstdio>
#include <map>
#include <string>

#include "base/ids.h"

namespace millrace::runtime {

// Whether `stream` is a terminal.
bool is_terminal(std::FILE* stream);
// Waits for input on `stream` (null: for none, only for the time), at most `time`; whether there is some.
bool input_within(std::FILE* stream, Millis time);
// How many columns the terminal of `stream` has; 0: not known.
std::size_t terminal_columns(std::FILE* stream);
// The variables of the environment.
std::map<std::string, std::string, std::less<>> environment();

}  // namespace millrace::runtime
