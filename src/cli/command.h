#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cli/failure.h"
#include "cli/options.h"
#include "cli/table.h"

namespace millrace::cli {

class Call;

// What stands behind a command's name without dashes. The name also says how it is completed (completion.h).
struct Operand {
  std::string_view name;  // "TOPIC"
  bool optional = false;
  bool many = false;      // more of them may follow; the last operand only
};

struct Example {
  std::string_view line;  // "millrace topic create orders --partitions 3"
  std::string_view what;  // what it does, as a person would ask for it
};

// Groups of options that several commands take (command_line.h has them).
enum Takes : std::uint8_t {
  kTakesCluster = 1,  // which cluster, and how to reach it
  kTakesFormat = 2,   // how tables are printed
  kTakesPlan = 4,     // --dry-run and --yes, for commands that take things away
};

// One command of `millrace`: everything that parsing, help, completion and the docs know of it. Commands are constants
// that live as long as the program.
struct Command {
  std::string_view name;                 // the words behind `millrace`: "topic create"
  std::string_view about;                // one line, no full stop at its end
  std::string_view details = {};         // more, where one line is not enough
  std::span<const Operand> operands = {};
  std::span<const OptionSpec> options = {};  // its own
  std::uint8_t takes = 0;
  std::span<const TableSpec> tables = {};    // what it prints, with kTakesFormat
  std::span<const Example> examples = {};
  // The exit code, or why the command could not do what was asked.
  Outcome<int> (*run)(Call& call) = nullptr;
  bool hidden = false;                   // for programs, not for people
};

// All options of a command: its own, then those of the groups that it takes, then --help.
std::vector<OptionSpec> all_options(const Command& command);

}  // namespace millrace::cli
