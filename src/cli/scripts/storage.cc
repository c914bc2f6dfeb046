// kafka-storage.
#include "cli/storage.h"

#include <algorithm>
#include <array>

#include "cli/scripts/arguments.h"
#include "cli/scripts/feature_tables.h"
#include "cli/scripts/format_request.h"
#include "cli/scripts/scram_argument.h"
#include "cli/scripts/script.h"
#include "config/settings.h"
#include "runtime/blocking_files.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace millrace::cli {
namespace {

using Kind = Argument::Kind;

constexpr auto kInfo = std::to_array<Argument>({
    {{"config", "FILE", "The server's settings", false, "c"}, true},
});

constexpr auto kFormat = std::to_array<Argument>({
    {{"cluster-id", "ID", "The cluster's id", false, "t"}, true},
    {{"config", "FILE", "The server's settings", false, "c"}, true},
    {{"add-scram", "CREDENTIAL", "A user, as 'SCRAM-SHA-256=[name=alice,password=secret]'; repeated at will", false,
      "S"}},
    {{"ignore-formatted", "", "Leave formatted directories as they are", false, "g"}},
    {{"release-version", "VERSION", "The release whose features are meant", false, "r"}},
    {{"feature", "NAME=LEVEL", "A feature; repeated at will", false, "f"}},
    {{"standalone", "", "The quorum begins with this controller alone", false, "s"}, false, Kind::text, true},
    {{"no-initial-controllers", "", "The quorum exists, or will be named later", false, "N"}, false, Kind::text, true},
    {{"initial-controllers", "LIST", "The first voters, as ID@HOST:PORT:DIRECTORY-ID,...", false, "I"}, false,
     Kind::text, true},
});

constexpr auto kMapping = std::to_array<Argument>({
    {{"release-version", "VERSION", "The release whose features are meant", false, "r"}},
});

constexpr auto kDependencies = std::to_array<Argument>({
    {{"feature", "NAME=LEVEL", "A feature; repeated at will", false, "f"}, true},
});

constexpr auto kCommands = std::to_array<ArgumentList>({
    {"info", "Shows what the log directories of a node hold.", kInfo},
    {"format", "Makes the log directories of a node ready for its first start.", kFormat},
    {"version-mapping", "Shows the levels of all features that a release means.", kMapping},
    {"feature-dependencies", "Shows what levels of features need.", kDependencies},
    {"random-uuid", "Makes an id for a cluster.", {}},
});
constexpr Grammar kGrammar{{"kafka-storage", "Prepares the directories of a node.", {}}, kCommands};

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

// Whether what was formatted before is in the way, in Kafka's words.
Result<void, std::string> check_formatted(const config::DirectoryFound& directory, const config::ServerConfig& config,
                                          const config::FormatRequest& request) {
  if (!directory.meta) return {};
  const config::MetaProperties& meta = *directory.meta;
  const auto mismatch = [&](std::string_view what, const auto& wanted, const auto& is) {
    return fmt::format("Invalid {} in: {}/{}. Expected {}, but read {}", what, directory.path,
                       config::kMetaPropertiesName, wanted, is);
  };
  if (meta.cluster_id != request.cluster_id) return mismatch("cluster.id", request.cluster_id, meta.cluster_id);
  if (meta.node_id != config.node_id) return mismatch("node.id", config.node_id.value(), meta.node_id.value());
  if (request.skip_formatted) return {};
  return fmt::format("Log directory {} is already formatted. Use --ignore-formatted to ignore this directory and "
                     "format the others.", directory.path);
}

Done format(const Options& options, Console& console) {
  const auto config = load(options);
  if (!config) return config.error();
  if (config->node_id == kNoNode) return std::string("The node.id is not set");
  const auto request = format_request(options, *config);
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
  for (const auto& directory : *found) MR_TRY(check_formatted(directory, *config, *request));
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

}  // namespace

int kafka_storage(const Arguments& arguments, Console& console) {
  const auto call = read_call(kGrammar, arguments);
  if (!call) {
    print_no_call(console, kGrammar, call.error());
    return call.error().wrong.empty() ? 0 : 1;
  }
  const auto& [command, options] = *call;
  Done done = 0;
  if (command == "random-uuid") {
    runtime::SystemRandom random;
    console.print("{}\n", random.uuid().text());
  } else if (command == "version-mapping") {
    const std::string newest(config::metadata_version_name(config::kMaxMetadataVersion));
    const auto printed = print_version_mapping(console, options.value("release-version").value_or(newest));
    if (!printed) done = printed.error();
  } else {
    done = command == "info"     ? info(options, console)
           : command == "format" ? format(options, console)
                                 : dependencies(options, console);
  }
  if (done) return *done;
  console.complain("{}\n", done.error());
  return 1;
}

}  // namespace millrace::cli
