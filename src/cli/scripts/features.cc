// kafka-features.
#include <algorithm>
#include <array>

#include "cli/scripts/feature_tables.h"
#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "A server of the cluster"},
    {"bootstrap-controller", "HOST:PORT", "A controller instead"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"node-id", "ID", "With describe: what this broker, or controller, says"},
    {"release-version", "VERSION", "With upgrade, downgrade, version-mapping: the levels of this release"},
    {"metadata", "VERSION", "With upgrade and downgrade: an older name of --feature metadata.version"},
    {"feature", "NAME=LEVEL", "A feature; may be given several times (disable: a name alone)"},
    {"unsafe", "", "With downgrade and disable: even if metadata is lost"},
    {"dry-run", "", "Only check"},
    {"help", "", "Show this"},
});

constexpr auto kCommands = std::to_array<Subcommand>({
    {"describe", "node-id"},
    {"upgrade", "metadata,release-version,feature,dry-run"},
    {"downgrade", "metadata,release-version,feature,unsafe,dry-run"},
    {"disable", "feature,unsafe,dry-run"},
    {"version-mapping", "release-version"},
    {"feature-dependencies", "feature"},
});

using Updates = std::map<std::string, client::FeatureUpdate>;
using Failed = Result<void, std::string>;

std::string level_text(const std::string& feature, std::int16_t level) {
  if (feature != config::kMetadataVersion) return std::to_string(level);
  const auto name = config::metadata_version_name(level);
  return name.empty() ? fmt::format("UNKNOWN {}", level) : std::string(name);
}

Failed describe(client::Admin& admin, std::optional<std::int32_t> node, Console& console) {
  const auto features = admin.describe_features(node).get();
  if (!features) return plain_message(features.error());
  const std::string epoch = features->epoch < 0 ? "-" : std::to_string(features->epoch);
  for (const auto& [name, span] : features->supported) {
    const auto at = features->finalized.find(name);
    const std::int16_t level = at == features->finalized.end() ? std::int16_t{0} : at->second;
    console.print("Feature: {:<41} SupportedMinVersion: {:<16} SupportedMaxVersion: {:<16} FinalizedVersionLevel: "
                  "{:<16} Epoch: {}\n",
                  name, level_text(name, span.min), level_text(name, span.max), level_text(name, level), epoch);
  }
  return {};
}

Failed add(Updates& updates, const config::Feature& feature, client::FeatureChange change) {
  if (updates.try_emplace(feature.name, client::FeatureUpdate{feature.name, feature.level, change}).second) return {};
  return "Feature " + feature.name + " was specified more than once.";
}

Result<Updates, std::string> changes_of(const std::string& command, const Options& options, Console& console) {
  using client::FeatureChange;
  const FeatureChange down = options.has("unsafe") ? FeatureChange::unsafe_downgrade : FeatureChange::safe_downgrade;
  const FeatureChange change = command == "upgrade" ? FeatureChange::upgrade : down;
  Updates updates;
  if (command == "disable") {
    for (const std::string& name : options.all("feature")) MR_TRY(add(updates, {name, 0}, change));
    return updates;
  }
  if (const auto release = options.value("release-version")) {
    if (options.has("metadata") || options.has("feature")) {
      return std::string("Can not specify `release-version` with other feature flags.");
    }
    const auto level = parse_release(*release);
    if (!level) return level.error();
    for (const auto& feature : features_of_release(*level)) MR_TRY(add(updates, feature, change));
    return updates;
  }
  if (const auto release = options.value("metadata")) {
    console.out(" `metadata` flag is deprecated and may be removed in a future release.\n");
    const auto level = parse_release(*release);
    if (!level) return level.error();
    MR_TRY(add(updates, {std::string(config::kMetadataVersion), *level}, change));
  }
  for (const std::string& text : options.all("feature")) {
    const auto feature = parse_feature(text);
    if (!feature) return feature.error();
    MR_TRY(add(updates, *feature, change));
  }
  return updates;
}

Failed update(client::Admin& admin, const std::string& command, const Options& options, Console& console) {
  const auto updates = changes_of(command, options, console);
  if (!updates) return updates.error();
  if (updates->empty()) return "You must specify at least one feature to " + command;
  std::vector<client::FeatureUpdate> wanted;
  for (const auto& [name, change] : *updates) wanted.push_back(change);
  const bool dry = options.has("dry-run");
  const bool disable = command == "disable";
  auto items = admin.update_features(wanted, dry).get();
  std::size_t failures = 0;
  for (const auto& [name, change] : *updates) {
    const auto* result = items ? find(*items, name) : nullptr;
    const client::Error* error = !items ? &items.error() : result && !*result ? &result->error() : nullptr;
    if (error == nullptr) {
      const std::string what = disable ? "disabled." : fmt::format("{}d to {}.", command, change.level);
      console.print("{}{}{}\n", name, dry ? " can be " : " was ", what);
      continue;
    }
    ++failures;
    const std::string to = disable ? "" : fmt::format(" to {}", change.level);
    console.print("{} {} {}{}. {}\n", dry ? "Can not" : "Could not", command, name, to, plain_message(*error));
  }
  if (failures == 0) return {};
  return fmt::format("{} out of {} operation(s) failed.", failures, updates->size());
}

Failed dependencies(const Options& options, Console& console) {
  for (const std::string& text : options.all("feature")) {
    const auto feature = parse_feature(text);
    if (!feature) return feature.error();
    MR_TRY(print_dependencies(console, *feature,
                              fmt::format("No feature:{} with feature level {}", feature->name, feature->level)));
  }
  return {};
}

}  // namespace

int kafka_features(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console,
                                      "describe, upgrade, downgrade, disable, version-mapping or feature-dependencies "
                                      "of a cluster's features.", kOptions);
  if (!options) return options.error();
  const auto fail = [&](std::string_view line) {
    console.complain("{}\n", line);
    return 1;
  };
  const std::string command = options->rest().empty() ? "" : options->rest().front();
  if (!options->has("bootstrap-server") && !options->has("bootstrap-controller")) {
    return fail("Command line error: You must specify either --bootstrap-controller or --bootstrap-server.. Type "
                "--help for help.");
  }
  if (command.empty()) return fail("Command line error: too few arguments. Type --help for help.");
  if (std::ranges::find(kCommands, command, &Subcommand::name) == kCommands.end()) {
    return fail("Unknown command " + command);
  }
  if (const auto wrong = not_of_command(*options, kCommands, command)) {
    return fail(fmt::format("Command line error: {}. Type --help for help.", *wrong));
  }
  std::optional<std::int32_t> node;
  if (const auto text = options->value("node-id")) {
    const auto id = whole_number(*text);
    if (!id || *id > INT32_MAX || *id < INT32_MIN) {
      return fail(fmt::format("Command line error: argument --node-id: could not convert '{}' to Integer (32-bit "
                              "integer). Type --help for help.", *text));
    }
    if (*id < 0) return fail(fmt::format("Invalid node id {}: must be non-negative.", *id));
    node = static_cast<std::int32_t>(*id);
  }
  Failed done;
  if (command == "version-mapping") {
    const std::string newest(config::metadata_version_name(config::kMaxMetadataVersion));
    done = print_version_mapping(console, options->get("release-version", newest));
  } else if (command == "feature-dependencies") {
    done = dependencies(*options, console);
  } else {
    auto admin = connect(*options, console);
    if (!admin) return fail(admin.error().text);
    done = command == "describe" ? describe(*admin, node, console) : update(*admin, command, *options, console);
  }
  return done ? 0 : fail(done.error());
}

}  // namespace millrace::cli
