// `millrace storage`: prepares directories as Kafka's storage tool does.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "apps/millrace/commands.h"
#include "apps/millrace/read_config.h"
#include "cli/storage.h"
#include "runtime/blocking_files.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace millrace::apps {
namespace {

struct FormatArgs {
  std::string cluster_id;
  std::string config;
  std::string release;
  std::vector<std::string> features;  // NAME=LEVEL
  bool ignore_formatted = false;
  bool standalone = false;
  bool no_initial_controllers = false;
};

// "group.version=1". The levels themselves are checked by the plan.
Result<config::Feature, std::string> parse_feature(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  config::Feature feature;
  if (equals != std::string_view::npos) {
    feature.name = text.substr(0, equals);
    const std::string_view level = text.substr(equals + 1);
    const auto [end, error] = std::from_chars(level.data(), level.data() + level.size(), feature.level);
    if (error == std::errc() && end == level.data() + level.size() && !feature.name.empty()) return feature;
  }
  return fmt::format("--feature {}: write it as NAME=LEVEL, such as group.version=1", text);
}

Result<void, std::string> format(const FormatArgs& args) {
  config::StartOptions options;
  MR_TRY(read_config_file(args.config, options));
  auto loaded = config::load_server_config(options);
  if (!loaded) return loaded.error();

  config::FormatRequest request;
  request.cluster_id = args.cluster_id;
  request.skip_formatted = args.ignore_formatted;
  if (args.standalone) request.quorum = config::FormatRequest::Quorum::standalone;
  if (args.no_initial_controllers) request.quorum = config::FormatRequest::Quorum::joins_later;
  if (!args.release.empty()) {
    const auto parsed = config::parse_metadata_version(args.release);
    if (!parsed) return parsed.error();
    request.metadata_version = *parsed;
  }

  for (const std::string& text : args.features) {
    auto feature = parse_feature(text);
    if (!feature) return feature.error();
    request.features.push_back(std::move(*feature));
  }

  runtime::SystemFiles files;
  runtime::SystemRandom random;
  const auto found = cli::look_at_directories(files, loaded->config);
  if (!found) return found.error();
  const auto ids = cli::fresh_directory_ids(random, loaded->config);
  const auto plan = config::plan_format(loaded->config, request, *found, ids);
  if (!plan) return plan.error();
  MR_TRY(cli::write_format(files, *plan, runtime::TurnClock().wall()));
  for (const auto& directory : plan->directories) {
    fmt::print("Formatting {} with metadata.version {}.\n", directory.path,
               config::metadata_version_name(request.metadata_version));
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
  command->add_option("-r,--release-version", args->release,
                      "metadata.version: 4.3, 4.3-IV0, ... (default: the newest)");
  command->add_option("-f,--feature", args->features, "NAME=LEVEL; may be given several times")
      ->allow_extra_args(false);
  command->add_flag("-g,--ignore-formatted", args->ignore_formatted, "Leave formatted directories as they are");
  command->add_flag("-s,--standalone", args->standalone, "The quorum begins with this node as its only voter");
  command->add_flag("-N,--no-initial-controllers", args->no_initial_controllers, "The node joins a quorum that exists")
      ->excludes("--standalone");
  command->callback([args, &exit_code] {
    if (const auto done = format(*args); !done) {
      fmt::print(stderr, "millrace storage format: {}\n", done.error());
      exit_code = kFailed;
    }
  });
}

}  // namespace millrace::apps
