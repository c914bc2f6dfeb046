// `millrace storage`: prepares directories as Kafka's storage tool does.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "apps/millrace/commands.h"
#include "apps/millrace/read_config.h"
#include "cli/commands/parts.h"
#include "cli/storage.h"
#include "runtime/blocking_files.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace millrace::apps {
namespace {

constexpr auto kOptions = std::to_array<cli::OptionSpec>({
    {"cluster-id", "ID", "Required: the cluster's id (22 characters)", false, "t"},
    {"config", "FILE", "Required: Kafka's server.properties", false, "c"},
    {"release-version", "RELEASE", "metadata.version: 4.3, 4.3-IV0, ... (the newest)", false, "r"},
    {"feature", "NAME=LEVEL", "A feature's level; may be given several times", false, "f"},
    {"ignore-formatted", "", "Leave formatted directories as they are", false, "g"},
    {"standalone", "", "The quorum begins with this node as its only voter", false, "s"},
    {"no-initial-controllers", "", "The node joins a quorum that exists", false, "N"},
    cli::kCheckOnly,
});
constexpr auto kColumns = std::to_array<cli::Column>({
    {"directory", cli::Type::text, "its path"},
    {"metadata", cli::Type::flag, "whether the metadata log lies there"},
    {"cluster", cli::Type::text, "the id of the cluster that it belongs to"},
    {"node", cli::Type::whole, "the node that it belongs to"},
    {"id", cli::Type::text, "the directory's own"},
    {"metadata_version", cli::Type::text, "the level that a new cluster begins with"},
    cli::kDoneColumn,
});
constexpr auto kTables = std::to_array<cli::TableSpec>({{"directories", kColumns}});
constexpr auto kExamples = std::to_array<cli::Example>({
    {"millrace storage format -s -t \"$(millrace storage random-uuid)\" -c server.properties", "A new single node"},
    {"millrace storage format -N -t ID -c server.properties", "A node for a quorum that exists"},
});
constexpr auto kUuidExamples = std::to_array<cli::Example>({{"millrace storage random-uuid", "22 characters"}});

cli::Failure misused(std::string why) { return {kUsage, std::move(why)}; }
cli::Failure refused(std::string why) { return {kFailed, std::move(why)}; }

// "group.version=1". The levels themselves are checked by the plan.
cli::Outcome<config::Feature> parse_feature(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  config::Feature feature;
  if (equals != std::string_view::npos) {
    feature.name = text.substr(0, equals);
    const std::string_view level = text.substr(equals + 1);
    const auto [end, error] = std::from_chars(level.data(), level.data() + level.size(), feature.level);
    if (error == std::errc() && end == level.data() + level.size() && !feature.name.empty()) return feature;
  }
  return misused(fmt::format("--feature {}: write it as NAME=LEVEL, such as group.version=1", text));
}

cli::Outcome<config::FormatRequest> request_of(const cli::Call& call) {
  using Quorum = config::FormatRequest::Quorum;
  const auto& options = call.options();
  const auto cluster_id = call.required("cluster-id");
  if (!cluster_id) return cluster_id.error();
  config::FormatRequest request;
  request.cluster_id = *cluster_id;
  request.skip_formatted = options.has("ignore-formatted");
  if (options.has("standalone") && options.has("no-initial-controllers")) {
    return misused("--standalone and --no-initial-controllers exclude each other");
  }
  if (options.has("standalone")) request.quorum = Quorum::standalone;
  if (options.has("no-initial-controllers")) request.quorum = Quorum::joins_later;
  if (const auto release = options.value("release-version")) {
    const auto level = config::parse_metadata_version(*release);
    if (!level) return misused(level.error());
    request.metadata_version = *level;
  }
  for (const std::string& text : options.all("feature")) {
    auto feature = parse_feature(text);
    if (!feature) return feature.error();
    request.features.push_back(*std::move(feature));
  }
  return request;
}

cli::Table shown(const config::FormatPlan& plan, const config::FormatRequest& request, bool done) {
  cli::Table table(kTables[0]);
  for (const auto& directory : plan.directories) {
    const auto& meta = directory.meta;
    table.add({directory.path, directory.holds_metadata, meta.cluster_id, cli::whole(meta.node_id.value()),
               meta.directory_id ? cli::Cell(meta.directory_id->text()) : cli::Cell(),
               std::string(config::metadata_version_name(request.metadata_version)), done});
  }
  return table;
}

cli::Outcome<int> run_format(cli::Call& call) {
  const auto request = request_of(call);
  if (!request) return request.error();
  const auto file = call.required("config");
  if (!file) return file.error();
  config::StartOptions options;
  if (const auto read = read_config_file(*file, options); !read) return refused(read.error());
  const auto loaded = config::load_server_config(options);
  if (!loaded) return refused(loaded.error());
  runtime::SystemFiles files;
  runtime::SystemRandom random;
  const auto found = cli::look_at_directories(files, loaded->config);
  if (!found) return refused(found.error());
  const auto ids = cli::fresh_directory_ids(random, loaded->config);
  const auto plan = config::plan_format(loaded->config, *request, *found, ids);
  if (!plan) return refused(plan.error());
  const bool done = !cli::checks_only(call);
  if (done) {
    const auto written = cli::write_format(files, *plan, runtime::TurnClock().wall());
    if (!written) return refused(written.error());
  }
  return call.show({shown(*plan, *request, done)});
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
                                  .takes = cli::kTakesFormat,
                                  .tables = kTables,
                                  .examples = kExamples,
                                  .run = run_format};
const cli::Command kStorageUuid{.name = "storage random-uuid",
                                .about = "Print a new cluster id",
                                .examples = kUuidExamples,
                                .run = run_uuid};

}  // namespace millrace::apps
