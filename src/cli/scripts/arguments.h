#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cli/console.h"
#include "cli/options.h"

namespace millrace::cli {

// The arguments of those scripts of Kafka's whose parser knows commands, required options and options that exclude one
// another: "kafka-storage info --config FILE". A long option may be cut short as long as it is still the only one, a
// letter may have its value right behind it ("-r3.9"), and an option stands behind the command that it belongs to.

struct Argument {
  enum class Kind : std::uint8_t { text, texts, int32, int64, real };  // of the value; texts: one or more behind it

  OptionSpec option;
  bool required = false;
  Kind kind = Kind::text;
  bool exclusive = false;  // at most one of those of a command, or of a program, that are exclusive
};

// A command, or what comes before one.
struct ArgumentList {
  std::string_view name;
  std::string_view about;
  std::span<const Argument> takes;
  bool needs_exclusive = false;  // one of the exclusive ones must be there
};

struct Grammar {
  ArgumentList program;
  std::span<const ArgumentList> commands;  // none: the program takes options alone
};

struct Call {
  std::string command;
  Options options;
};

// Why there is no call: help was asked for, or something is wrong.
struct NoCall {
  const ArgumentList* of;  // whose help is meant
  std::string wrong;       // in the parser's words; empty for help
};

Result<Call, NoCall> read_call(const Grammar& grammar, const Arguments& arguments);

// The help of a program, or of one of its commands.
std::string help_text(const Grammar& grammar, const ArgumentList& of);

// Prints the help that was asked for, on stdout; or what is wrong, after the program's name, and the help on stderr.
void print_no_call(Console& console, const Grammar& grammar, const NoCall& no_call);

}  // namespace millrace::cli
