#pragma once

#include <CLI/CLI.hpp>

namespace millrace::apps {

// Exit codes of every command.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// Each adds one command to the command line; when it was asked for, its exit code is put into `exit_code`.
void add_server(CLI::App& app, int& exit_code);
void add_storage(CLI::App& app, int& exit_code);
void add_decode(CLI::App& app, int& exit_code);
void add_log(CLI::App& app, int& exit_code);

}  // namespace millrace::apps
