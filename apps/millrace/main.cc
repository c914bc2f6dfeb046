// The one program: a command per job.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "apps/millrace/commands.h"
#include "cli/program.h"
#include "cli/scripts/script.h"
#include "runtime/terminal.h"

namespace {

namespace cli = millrace::cli;

// Kafka's scripts: by the name that the program was called by, or by its first argument.
std::optional<int> run_script(int argc, char** argv, cli::Console& console) {
  int first = 1;
  const auto* script = cli::find_script(argv[0]);
  if (script == nullptr && argc > 1) {
    script = cli::find_script(argv[1]);
    first = 2;
  }
  if (script == nullptr) return std::nullopt;
  return script->run(cli::Arguments(argv + first, argv + argc), console);
}

// Those of this program, then those of the client side, in the order of the help.
std::vector<const cli::Command*> all_commands() {
  namespace apps = millrace::apps;
  std::vector<const cli::Command*> all{&apps::kServer,  &apps::kStorageFormat, &apps::kStorageUuid, &apps::kLogDump,
                                       &apps::kLogVerify, &apps::kLogRecover,  &apps::kDecode};
  const auto more = cli::commands();
  all.insert(all.end(), more.begin(), more.end());
  // Commands of one area stand together, where the first of them is.
  std::vector<const cli::Command*> ordered;
  const auto area = [](const cli::Command* command) { return command->name.substr(0, command->name.find(' ')); };
  for (const auto* command : all) {
    const auto last = std::ranges::find(ordered.rbegin(), ordered.rend(), area(command), area);
    ordered.insert(last.base() == ordered.begin() ? ordered.end() : last.base(), command);
  }
  return ordered;
}

cli::Surroundings surroundings() {
  namespace runtime = millrace::runtime;
  return {runtime::environment(), runtime::is_terminal(stdin), runtime::is_terminal(stdout),
          runtime::is_terminal(stderr), runtime::terminal_columns(stdout)};
}

}  // namespace

int main(int argc, char** argv) {
  cli::Console console(stdout, stderr, stdin);
  if (const auto code = run_script(argc, argv, console)) return *code;
  const cli::Arguments arguments(argv + 1, argv + argc);
  if (!arguments.empty() && (arguments.front() == "--version" || arguments.front() == "version")) {
    console.out("millrace 0.1.0\n");
    return cli::kDone;
  }
  const auto commands = all_commands();
  return cli::run_program(commands, arguments, surroundings(), console);
}
