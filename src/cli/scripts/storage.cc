// kafka-storage.
#include "cli/storage.h"

#include <algorithm>
#include <array>

#include "cli/scripts/feature_tables.h"
#include "cli/scripts/scram_argument.h"
#include "cli/scripts/script.h"
#include "config/settings.h"
#include "runtime/blocking_files.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"config", "FILE", "info, format: the server's settings", false, "c"},
    {"cluster-id", "ID", "format: the cluster's id", false, "t"},
    {"add-scram", "CREDENTIAL", "format: a user, as 'SCRAM-SHA-256=[name=alice,password=secret]'; repeated at will",
     false, "S"},
    {"ignore-formatted", "", "format: leave formatted directories as they are", false, "g"},
    {"release-version", "VERSION", "format, version-mapping: the release whose features are meant", false, "r"},
    {"feature", "NAME=LEVEL", "format, feature-dependencies: a feature; repeated at will", false, "f"},
    {"standalone", "", "format: the quorum begins with this controller alone", false, "s"},
    {"no-initial-controllers", "", "format: the quorum exists, or will be named later", false, "N"},
    {"initial-controllers", "LIST", "format: the first voters, as ID@HOST:PORT:DIRECTORY-ID,...", false, "I"},
    {"help", "", "Show this"},
});

constexpr auto kCommands = std::to_array<Subcommand>({
    {"info", "config"},
    {"format", "config,cluster-id,add-scram,ignore-formatted,release-version,feature,standalone,"
               "no-initial-controllers,initial-controllers"},
    {"version-mapping", "release-version"},
    {"feature-dependencies", "feature"},
    {"random-uuid", ""},
});

using Done = Result<int, std::string>;

Result<config::ServerConfig, std::string> load(const Options& options) {
  const std::string path = *options.value("config");
  const auto text = read_text(path);
  if (!text) return text.error().text;
  config::StartOptions start;
  start.file = config::StartOptions::File{path, *text};
  auto loaded = config::load_server_config(start);
  if (!loaded) return loaded.error();
  return std::move(loaded->config);
}

// "1@example.com:8082:JEXY6aqzQY-32P5TStzaFg,...".
Result<std::vector<config::FirstVoter>, std::string> parse_voters(const std::string& text,
                                                                  const config::ServerConfig& config) {
  std::vector<config::FirstVoter> voters;
  const auto& listeners = config.network.advertised_controllers;
  for (const std::string& part : split_list(text)) {
    if (part.find('@') == std::string::npos) return std::string("No @ found in dynamic voter string.");
    const std::size_t colon = part.rfind(':');
    const auto voter = colon == std::string::npos ? std::nullopt : config::parse_voter(part.substr(0, colon));
    const auto directory = client::TopicId::parse(part.substr(std::min(colon, part.size() - 1) + 1));
    if (!voter || !directory) return "Failed to parse voter " + part + ": write it as ID@HOST:PORT:DIRECTORY-ID";
    const std::string listener = listeners.empty() ? "CONTROLLER" : listeners.front().name;
    voters.push_back({NodeId(voter->id), Uuid{directory->high, directory->low}, {{listener, voter->address}}});
  }
  return voters;
}

Result<config::FormatRequest, std::string> request_of(const Options& options, const config::ServerConfig& config) {
  using Quorum = config::FormatRequest::Quorum;
  config::FormatRequest request;
  request.cluster_id = *options.value("cluster-id");
  request.skip_formatted = options.has("ignore-formatted");
  const auto named = options.value("initial-controllers");
  if (options.has("standalone")) request.quorum = Quorum::standalone;
  if (options.has("no-initial-controllers")) request.quorum = Quorum::joins_later;
  if (named) {
    request.quorum = Quorum::named;
    auto voters = parse_voters(*named, config);
    if (!voters) return voters.error();
    request.voters = std::move(*voters);
  }
  if (request.quorum == Quorum::standalone && !config.is_controller) {
    return std::string("You can only use --standalone on a controller.");
  }
  if (!config.quorum.voters.empty() && (request.quorum == Quorum::standalone || request.quorum == Quorum::named)) {
    return std::string("You cannot specify controller.quorum.voters and format the node with --initial-controllers or "
                       "--standalone. If you want to use dynamic quorum, please remove controller.quorum.voters and "
                       "specify controller.quorum.bootstrap.servers instead.");
  }
  if (config.is_controller && config.quorum.voters.empty() && request.quorum == Quorum::as_configured) {
    return std::string("Because controller.quorum.voters is not set on this controller, you must specify one of the "
                       "following: --standalone, --initial-controllers, or --no-initial-controllers.");
  }
  if (const auto release = options.value("release-version")) {
    const auto level = parse_release(*release);
    if (!level) return level.error();
    request.metadata_version = *level;
  }
  for (const std::string& text : options.all("feature")) {
    auto feature = parse_feature(text);
    if (!feature) return feature.error();
    if (config::find_feature_level(feature->name, 0) == nullptr &&
        config::find_feature_level(feature->name, 1) == nullptr && feature->name != config::kMetadataVersion) {
      std::vector<std::string_view> names;
      for (const auto& known : config::supported_features()) {
        if (known.name != config::kMetadataVersion) names.push_back(known.name);
      }
      return fmt::format("Unsupported feature: {}. Supported features are: {}", feature->name, fmt::join(names, ", "));
    }
    request.features.push_back(std::move(*feature));
  }
  return request;
}

void show_plan(Console& console, const config::FormatPlan& plan, const config::FormatRequest& request,
               const std::vector<FirstCredential>& credentials) {
  std::vector<std::string> records;
  for (const auto& feature : plan.features) {
    records.push_back(fmt::format("ApiMessageAndVersion(FeatureLevelRecord(name='{}', featureLevel={}) at version 0)",
                                  feature.name, feature.level));
  }
  for (const auto& credential : credentials) {
    records.push_back(fmt::format("ApiMessageAndVersion({} at version 0)", credential.text));
  }
  console.print("Bootstrap metadata: BootstrapMetadata(records=[{}], metadataVersionLevel={}, source=format command)\n",
                fmt::join(records, ", "), request.metadata_version);
}

Done format(const Options& options, Console& console) {
  const auto config = load(options);
  if (!config) return config.error();
  if (config->node_id == kNoNode) return std::string("The node.id is not set");
  const auto request = request_of(options, *config);
  if (!request) return request.error();
  runtime::SystemRandom random;
  std::vector<FirstCredential> credentials;
  for (const std::string& text : options.all("add-scram")) {
    auto credential = parse_scram(text, random);
    if (!credential) return credential.error();
    credentials.push_back(std::move(*credential));
  }
  runtime::SystemFiles files;
  const auto found = look_at_directories(files, *config);
  if (!found) return found.error();
  for (const auto& directory : *found) {
    if (!directory.meta || request->skip_formatted) continue;
    return fmt::format("Log directory {} is already formatted. Use --ignore-formatted to ignore this directory and "
                       "format the others.", directory.path);
  }
  auto plan = config::plan_format(*config, *request, *found, fresh_directory_ids(random, *config));
  if (!plan) return plan.error();
  if (plan->directories.empty()) {
    console.out("All of the log directories are already formatted.\n");
    return 0;
  }
  std::vector<Buffer> records;
  for (auto& credential : credentials) records.push_back(std::move(credential.record));
  show_plan(console, *plan, *request, credentials);
  // The metadata directory is told of first, and written last.
  std::stable_partition(plan->directories.begin(), plan->directories.end(),
                        [](const auto& directory) { return !directory.holds_metadata; });
  const auto tell = [&](const auto& directory, std::string_view kind) {
    console.print("Formatting {} directory {} with metadata.version {}.\n", kind, directory.path,
                  config::metadata_version_name(request->metadata_version));
  };
  for (const auto& directory : plan->directories) {
    if (!directory.holds_metadata) continue;
    const bool voter = std::ranges::find(plan->first_voters, config->node_id, &config::FirstVoter::node_id) !=
                       plan->first_voters.end();
    tell(directory, plan->first_voters.empty() ? "metadata"
                    : voter                    ? "dynamic metadata voter"
                                               : "dynamic metadata non-voter");
  }
  for (const auto& directory : plan->directories) {
    if (!directory.holds_metadata) tell(directory, "data");
  }
  if (const auto done = write_format(files, *plan, runtime::TurnClock().wall(), records); !done) return done.error();
  return 0;
}

void print_list(Console& console, const std::string& title, const char* plural, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  console.print("{}{}:\n", title, lines.size() == 1 ? "" : plural);
  for (const std::string& line : lines) console.print("  {}\n", line);
  console.out("\n");
}

Done info(const Options& options, Console& console) {
  const auto config = load(options);
  if (!config) return config.error();
  runtime::SystemFiles files;
  auto paths = config::all_directories(*config);
  std::ranges::sort(paths);
  std::vector<std::string> present;
  std::vector<std::string> problems;
  std::optional<config::MetaProperties> first;
  for (const std::string& path : paths) {
    if (const auto listed = files.list(path); !listed) {
      problems.push_back(path + (listed.error() == Error::not_found ? " does not exist" : " is not a directory"));
      continue;
    }
    present.push_back(path);
    const std::string file = fmt::format("{}/{}", path, config::kMetaPropertiesName);
    const auto text = read_text(file);
    if (!text) {
      problems.push_back(path + " is not formatted.");
      continue;
    }
    const auto meta = config::parse_meta_properties(*text);
    if (!meta) {
      problems.push_back(fmt::format("Error loading {}: {}", file, meta.error()));
    } else if (!first) {
      first = *meta;
    } else if (first->cluster_id != meta->cluster_id) {
      problems.emplace_back("Mismatched cluster IDs between storage directories.");
    } else if (first->node_id != meta->node_id) {
      problems.emplace_back("Mismatched node IDs between storage directories.");
    }
  }
  const bool one = present.size() == 1;
  print_list(console, one ? "Found log directory" : "Found log directories", "", present);
  if (first) {
    const std::string id = first->directory_id ? fmt::format("directory.id={}, ", first->directory_id->text()) : "";
    console.print("Found metadata: {{cluster.id={}, {}node.id={}, version=1}}\n\n", first->cluster_id, id,
                  first->node_id.value());
  }
  print_list(console, "Found problem", "s", problems);
  return problems.empty() ? 0 : 1;
}

Done dependencies(const Options& options, Console& console) {
  for (const std::string& text : options.all("feature")) {
    const auto feature = parse_feature(text);
    if (const auto [name, level] = property_of(text); !feature) {
      if (text.find('=') != std::string::npos) return "Invalid version format: " + level + " for feature " + name;
      return "Invalid feature format: " + text + ". Expected format: 'feature=version' (e.g. 'group.version=1')";
    }
    MR_TRY(print_dependencies(console, *feature, fmt::format("Feature level {} is not supported for feature {}",
                                                             feature->level, feature->name)));
  }
  return 0;
}

// What is missing for a command, or wrong.
std::optional<std::string> wrong(const std::string& command, const Options& options) {
  if (command.empty()) return "kafka-storage: error: too few arguments";
  if (std::ranges::find(kCommands, command, &Subcommand::name) == kCommands.end()) {
    return fmt::format("kafka-storage: error: invalid choice: '{}' (choose from 'info', 'format', 'version-mapping', "
                       "'feature-dependencies', 'random-uuid')", command);
  }
  if (const auto foreign = not_of_command(options, kCommands, command)) return "kafka-storage: error: " + *foreign;
  const auto lacks = [&](const char* name) { return !options.has(name); };
  if ((command == "info" || command == "format") && lacks("config")) {
    return "kafka-storage: error: argument --config/-c is required";
  }
  if (command == "format" && lacks("cluster-id")) {
    return "kafka-storage: error: argument --cluster-id/-t is required";
  }
  if (command == "feature-dependencies" && lacks("feature")) {
    return "kafka-storage: error: argument --feature/-f is required";
  }
  const int quorums = int{!lacks("standalone")} + int{!lacks("no-initial-controllers")} +
                      int{!lacks("initial-controllers")};
  if (quorums < 2) return std::nullopt;
  return "kafka-storage: error: --standalone, --no-initial-controllers and --initial-controllers exclude one another";
}

}  // namespace

int kafka_storage(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "info, format, version-mapping, feature-dependencies or "
                                                          "random-uuid: prepare the directories of a node.", kOptions);
  if (!options) return options.error();
  const std::string command = options->rest().empty() ? "" : options->rest().front();
  if (const auto line = wrong(command, *options)) return script_usage(console, *line, kOptions);
  Done done = 0;
  if (command == "random-uuid") {
    runtime::SystemRandom random;
    console.print("{}\n", random.uuid().text());
  } else if (command == "version-mapping") {
    const std::string newest(config::metadata_version_name(config::kMaxMetadataVersion));
    const auto printed = print_version_mapping(console, options->value("release-version").value_or(newest));
    if (!printed) done = printed.error();
  } else {
    done = command == "info"     ? info(*options, console)
           : command == "format" ? format(*options, console)
                                 : dependencies(*options, console);
  }
  if (done) return *done;
  console.complain("{}\n", done.error());
  return 1;
}

}  // namespace millrace::cli
