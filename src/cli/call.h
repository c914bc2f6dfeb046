#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/render.h"
#include "cli/settings.h"
#include "cli/surroundings.h"
#include "millrace/admin.h"

namespace millrace::cli {

// One call of a command: what was asked for, the cluster, and the ways out. Made per call; one thread.
class Call {
 public:
  Call(Commands all, const Command& which, Options given, Settings in_force, const Surroundings& around,
       Console& console);

  const Options& options() const { return options_; }
  const std::vector<std::string>& operands() const { return options_.rest(); }
  // The operand at `index`, empty where it was left out.
  std::string operand(std::size_t index) const;
  // An option as a whole number of at least `least`; nothing where it is not given. The failure names the option.
  Outcome<std::optional<std::int64_t>> whole_option(std::string_view name, std::int64_t least) const;
  // An option that must be there.
  Outcome<std::string> required(std::string_view name) const;
  // KEY=VALUE texts, split. The failure names `what` they were given as.
  Outcome<std::vector<std::pair<std::string, std::string>>> pairs(std::string_view what,
                                                                  const std::vector<std::string>& texts) const;

  const Settings& settings() const { return settings_; }
  // The settings in force, for a client of this scope.
  void configure(config::Scope scope, client::Config& config) const { cli::configure(settings_, scope, config); }
  // The admin client; it connects with its first call.
  Outcome<client::Admin*> admin();

  Console& console() { return console_; }
  const Surroundings& surroundings() const { return surroundings_; }
  Commands commands() const { return commands_; }
  const Command& command() const { return command_; }

  Format format() const { return format_; }
  Look look() const;
  // Prints the tables in the format that was asked for. The exit code so far: kSomeFailed after failed().
  int show(std::vector<Table> tables);
  // Tells of one thing of several that has failed, with the next command to run, and remembers it for the exit code.
  void failed(const client::Error& error);
  void failed(std::string_view line);
  int exit_code() const { return some_failed_ ? kSomeFailed : kDone; }

  // What --dry-run and --yes say about a plan: whether to carry it out. Without either the plan is shown on stderr and
  // the person at the terminal is asked; without a terminal that is a failure of usage. After `false` the command ends
  // with exit_code(): the plan was printed as its result (--dry-run), or refused by the person, which counts as failed.
  Outcome<bool> agreed(const std::vector<Table>& plan, std::string_view question);

 private:
  Commands commands_;
  const Command& command_;
  Options options_;
  Settings settings_;
  const Surroundings& surroundings_;
  Console& console_;
  Format format_ = Format::table;
  bool some_failed_ = false;
  std::optional<client::Admin> admin_;
};

}  // namespace millrace::cli
