// `millrace storage`: prepares directories as Kafka's storage tool does.
#include <fmt/format.h>

#include <array>
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

constexpr auto kOptions = std::to_array<cli::OptionSpec>({
    {"cluster-id", "ID", "Required: the cluster's id (22 characters)", false, "t"},
    {"config", "FILE", "Required: Kafka's server.properties", false, "c"},
    {"release-version", "RELEASE", "metadata.version: 4.3, 4.3-IV0, ... (the newest)", false, "r"},
    {"feature", "NAME=LEVEL", "A feature's level; may be given several times", false, "f"},
    {"ignore-formatted", "", "Leave formatted directories as they are", false, "g"},
    {"standalone", "", "The quorum begins with this node as its only voter", false, "s"},
    {"no-initial-controllers", "", "The node joins a quorum that exists", false, "N"},
});
constexpr auto kExamples = std::to_array<cli::Example>({
    {"millrace storage format -s -t \"$(millrace storage random-uuid)\" -c server.properties", "A new single node"},
});
constexpr auto kUuidExamples = std::to_array<cli::Example>({{"millrace storage random-uuid", "22 characters"}});

cli::Outcome<int> run_format(cli::Call& call) {
  const auto cluster_id = call.required("cluster-id");
  if (!cluster_id) return cluster_id.error();
  const auto config = call.required("config");
  if (!config) return config.error();
  const auto& options = call.options();
  const bool standalone = options.has("standalone");
  const bool joins = options.has("no-initial-controllers");
  if (standalone && joins) return cli::Failure{kUsage, "--standalone and --no-initial-controllers exclude each other"};
  const auto done = format({*cluster_id, *config, options.get("release-version"), options.all("feature"),
                            options.has("ignore-formatted"), standalone, joins});
  if (!done) return cli::Failure{kFailed, done.error()};
  return kDone;
}

cli::Outcome<int> run_uuid(cli::Call& call) {
  runtime::SystemRandom random;
  call.console().print("{}\n", random.uuid().text());
  return kDone;
}

}  // namespace

const cli::Command kStorageFormat{.name = "storage format",
                                  .about = "Format the log directories that a settings file names",
                                  .options = kOptions,
                                  .examples = kExamples,
                                  .run = run_format};
const cli::Command kStorageUuid{.name = "storage random-uuid",
                                .about = "Print a new cluster id",
                                .examples = kUuidExamples,
                                .run = run_uuid};

}  // namespace millrace::apps
