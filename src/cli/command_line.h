#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace millrace::cli {

using Commands = std::span<const Command* const>;

// The options of one group.
std::span<const OptionSpec> options_of(Takes group);

// A command and what was given to it.
struct Chosen {
  const Command* command = nullptr;  // null: only words that commands begin with, or nothing
  std::string words;                 // those that chose
  std::size_t used = 0;              // how many arguments they were
};

// Finds the command whose words the arguments begin with: the longest such name. The failure (kUsage) is a word that no
// command has there, with the nearest one that exists.
Outcome<Chosen> choose(Commands commands, std::span<const std::string> arguments);

// Reads a command's options and operands and checks their number. With --help nothing else is checked.
Outcome<Options> read_options(const Command& command, std::span<const std::string> arguments);

// The words that may follow `words` in names of commands, sorted.
std::vector<std::string_view> next_words(Commands commands, std::string_view words);

// "millrace topic create TOPIC... [options]".
std::string usage_line(const Command& command);

// The one of `names` that is nearest to `word`; empty if none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> names);

}  // namespace millrace::cli
