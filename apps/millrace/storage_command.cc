// `millrace storage`: prepares directories as Kafka's storage tool does.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "apps/millrace/commands.h"
#include "apps/millrace/format.h"
#include "apps/millrace/read_config.h"
#include "runtime/blocking_files.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace millrace::apps {
namespace {

struct FormatArgs {
  std::string cluster_id;
  std::string config;
  std::string release;
  bool ignore_formatted = false;
  bool standalone = false;
  bool no_initial_controllers = false;
};

// The kind of quorum that the settings and flags ask for, by Kafka's rules (KIP-853). True: this node is its only voter.
Result<bool, std::string> wants_standalone(const FormatArgs& args, const config::ServerConfig& config) {
  const bool fixed = !config.quorum.voters.empty();
  if (fixed && (args.standalone || args.no_initial_controllers)) {
    return std::string("--standalone and --no-initial-controllers do not go with controller.quorum.voters: "
                       "remove the setting, and set controller.quorum.bootstrap.servers");
  }
  if (!fixed && config.is_controller && !args.standalone && !args.no_initial_controllers) {
    return std::string("controller.quorum.voters is not set, so say how the quorum begins: --standalone (this node is "
                       "its only voter) or --no-initial-controllers (it joins one that exists)");
  }
  return args.standalone;
}

Result<void, std::string> format(const FormatArgs& args) {
  if (!Uuid::parse(args.cluster_id)) {
    return fmt::format("--cluster-id {}: not an id of 22 characters; `millrace storage random-uuid` makes one",
                       args.cluster_id);
  }
  config::StartOptions options;
  MR_TRY(read_config_file(args.config, options));
  auto loaded = config::load_server_config(options);
  if (!loaded) return loaded.error();
  const config::ServerConfig& config = loaded->config;

  std::int16_t release = config::kMaxMetadataVersion;
  if (!args.release.empty()) {
    const auto parsed = config::parse_metadata_version(args.release);
    if (!parsed) return parsed.error();
    release = *parsed;
  }
  const auto standalone = wants_standalone(args, config);
  if (!standalone) return standalone.error();

  runtime::SystemFiles files;
  const auto verdict = inspect_directories(files, config);
  if (!verdict) return verdict.error();
  const bool formatted = verdict->kind == config::DirectoryVerdict::ready;
  if (formatted && !args.ignore_formatted) {
    return fmt::format("{} is already formatted; with --ignore-formatted such directories are left as they are",
                       config.log_dirs.front());
  }
  if (formatted && verdict->cluster_id != args.cluster_id) {
    return fmt::format("{} is formatted for the cluster {}, not for {}", config.log_dirs.front(), verdict->cluster_id,
                       args.cluster_id);
  }
  const FormatRequest request{args.cluster_id, config::bootstrap_features(release), runtime::TurnClock().wall(),
                              *standalone};
  const auto& paths = formatted ? verdict->to_add : config.log_dirs;
  runtime::SystemRandom random;
  MR_TRY(format_directories(files, random, config, paths, request));
  for (const std::string& path : paths) {
    fmt::print("Formatting {} with metadata.version {}.\n", path, config::metadata_version_name(release));
  }
  return {};
}

}  // namespace

void add_storage(CLI::App& app, int& exit_code) {
  auto* storage = app.add_subcommand("storage", "Prepare the directories of a node");
  storage->require_subcommand(1);

  auto* uuid = storage->add_subcommand("random-uuid", "Print a new cluster id");
  uuid->callback([] {
    runtime::SystemRandom random;
    fmt::print("{}\n", random.uuid().text());
  });

  auto args = std::make_shared<FormatArgs>();
  auto* command = storage->add_subcommand("format", "Format the log directories that a settings file names");
  command->add_option("-t,--cluster-id", args->cluster_id, "The cluster's id (22 characters)")->required();
  command->add_option("-c,--config", args->config, "Kafka's server.properties")->required();
  command->add_option("-r,--release-version", args->release, "metadata.version: 4.3, 4.3-IV0, ... (default: the newest)");
  command->add_flag("-g,--ignore-formatted", args->ignore_formatted, "Leave formatted directories as they are");
  command->add_flag("-s,--standalone", args->standalone, "The quorum begins with this node as its only voter");
  command->add_flag("-N,--no-initial-controllers", args->no_initial_controllers, "The node joins a quorum that exists");
  command->callback([args, &exit_code] {
    if (const auto done = format(*args); !done) {
      fmt::print(stderr, "millrace storage format: {}\n", done.error());
      exit_code = kFailed;
    }
  });
}

}  // namespace millrace::apps
