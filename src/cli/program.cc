#include "cli/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/call.h"
#include "cli/help.h"

namespace millrace::cli {
namespace {

int refuse(Console& console, std::string_view who, const Failure& failure) {
  console.complain("{}: {}\n", who, failure.text);
  return failure.code;
}

int run(Commands commands, const Command& command, std::span<const std::string> arguments, const Surroundings& around,
        Console& console) {
  const std::string who = fmt::format("millrace {}", command.name);
  auto options = read_options(command, arguments);
  if (!options) return refuse(console, who, options.error());
  if (options->has("help")) {
    console.out(help_text(command));
    return kDone;
  }
  std::string warnings;
  Outcome<Settings> settings = Settings();
  if ((command.takes & (kTakesCluster | kTakesFormat)) != 0) settings = gather_settings(*options, around, warnings);
  console.err(warnings);
  if (!settings) return refuse(console, who, settings.error());
  Call call(commands, command, *std::move(options), *std::move(settings), around, console);
  const auto code = command.run(call);
  console.flush();
  return code ? *code : refuse(console, who, code.error());
}

}  // namespace

bool knows(Commands commands, const Arguments& arguments) {
  if (arguments.empty()) return false;
  return std::ranges::any_of(commands, [&](const Command* command) {
    return command->name.substr(0, command->name.find(' ')) == arguments.front();
  });
}

int run_program(Commands commands, const Arguments& arguments, const Surroundings& around, Console& console) {
  const auto chosen = choose(commands, arguments);
  if (!chosen) return refuse(console, "millrace", chosen.error());
  const auto rest = std::span(arguments).subspan(chosen->used);
  if (chosen->command != nullptr) return run(commands, *chosen->command, rest, around, console);
  const bool asked = !rest.empty() && (rest.front() == "--help" || rest.front() == "-h");
  const std::string text = list_text(commands, chosen->words);
  if (asked) {
    console.out(text);
    return kDone;
  }
  console.err(text);
  return kUsage;
}

}  // namespace millrace::cli
