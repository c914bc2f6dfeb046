// The one program: a command per job.
#include <CLI/CLI.hpp>

#include "apps/millrace/commands.h"

int main(int argc, char** argv) {
  CLI::App app{"millrace: an event streaming platform that speaks Kafka's protocol", "millrace"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "millrace 0.1.0");
  int exit_code = millrace::apps::kDone;
  millrace::apps::add_server(app, exit_code);
  millrace::apps::add_storage(app, exit_code);
  millrace::apps::add_decode(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? millrace::apps::kDone : millrace::apps::kUsage;
  }
  return exit_code;
}
