#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/surroundings.h"

namespace millrace::cli {

// What the word under the cursor may be.
struct Expected {
  std::vector<std::string> words;  // these
  std::string kind;                // or what stands in help in its place: "TOPIC", "GROUP", "FILE", ...; empty: nothing
};

// `words` are those behind `millrace`, the last of them under the cursor (it may be empty).
Expected expected_word(Commands commands, std::span<const std::string> words);

// The candidates for the last word, live topics, groups and brokers included; what needs the cluster takes its settings
// from `words`, waits for at most a second, and is silent about failures.
std::vector<std::string> candidates(Commands commands, std::span<const std::string> words, const Surroundings& around);

// The script that a shell (bash, zsh, fish) reads; empty for another.
std::string completion_script(std::string_view shell);

}  // namespace millrace::cli
