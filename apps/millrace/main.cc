// The one program: a command per job.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <optional>

#include "apps/millrace/commands.h"
#include "cli/program.h"
#include "cli/scripts/script.h"
#include "runtime/terminal.h"

namespace {

// Kafka's scripts: by the name that the program was called by, or by its first argument.
std::optional<int> run_script(int argc, char** argv) {
  int first = 1;
  const auto* script = millrace::cli::find_script(argv[0]);
  if (script == nullptr && argc > 1) {
    script = millrace::cli::find_script(argv[1]);
    first = 2;
  }
  if (script == nullptr) return std::nullopt;
  millrace::cli::Console console(stdout, stderr, stdin);
  return script->run(millrace::cli::Arguments(argv + first, argv + argc), console);
}

millrace::cli::Surroundings surroundings() {
  namespace runtime = millrace::runtime;
  return {runtime::environment(), runtime::is_terminal(stdin), runtime::is_terminal(stdout),
          runtime::is_terminal(stderr), runtime::terminal_columns(stdout)};
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = run_script(argc, argv)) return *code;
  const millrace::cli::Arguments arguments(argv + 1, argv + argc);
  if (millrace::cli::knows(millrace::cli::commands(), arguments)) {
    millrace::cli::Console console(stdout, stderr, stdin);
    return millrace::cli::run_program(millrace::cli::commands(), arguments, surroundings(), console);
  }
  CLI::App app{"millrace: an event streaming platform that speaks Kafka's protocol", "millrace"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "millrace 0.1.0");
  int exit_code = millrace::apps::kDone;
  millrace::apps::add_server(app, exit_code);
  millrace::apps::add_storage(app, exit_code);
  millrace::apps::add_decode(app, exit_code);
  millrace::apps::add_log(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? millrace::apps::kDone : millrace::apps::kUsage;
  }
  return exit_code;
}
