// kafka-features.
#include <algorithm>
#include <array>

#include "cli/scripts/arguments.h"
#include "cli/scripts/feature_tables.h"
#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

constexpr auto kProgram = std::to_array<Argument>({
    {{"bootstrap-server", "HOST:PORT", "A server of the cluster"}, false, Argument::Kind::text, true},
    {{"bootstrap-controller", "HOST:PORT", "A controller instead"}, false, Argument::Kind::text, true},
    {{"command-config", "FILE", "Settings of the admin client"}},
});

constexpr Argument kRelease{{"release-version", "VERSION", "The levels of this release"}};
constexpr Argument kMetadata{{"metadata", "VERSION", "An older name of --feature metadata.version"}};
constexpr Argument kFeature{{"feature", "NAME=LEVEL", "A feature; may be given several times"}};
constexpr Argument kUnsafe{{"unsafe", "", "Even if metadata is lost"}};
constexpr Argument kDryRun{{"dry-run", "", "Only check"}};

constexpr auto kDescribe = std::to_array<Argument>({
    {{"node-id", "ID", "What this broker, or controller, says"}, false, Argument::Kind::int32},
});
constexpr std::array<Argument, 4> kUpgrade{kMetadata, kRelease, kFeature, kDryRun};
constexpr std::array<Argument, 5> kDowngrade{kMetadata, kRelease, kFeature, kUnsafe, kDryRun};
constexpr auto kDisable = std::to_array<Argument>({
    {{"feature", "NAME", "A feature; may be given several times"}}, kUnsafe, kDryRun,
});
constexpr std::array<Argument, 1> kMapping{kRelease};
constexpr auto kDependencies = std::to_array<Argument>({
    {{"feature", "NAME=LEVEL", "A feature; may be given several times"}, true},
});

constexpr auto kCommands = std::to_array<ArgumentList>({
    {"describe", "Shows the features of the cluster.", kDescribe},
    {"upgrade", "Raises levels of features.", kUpgrade},
    {"downgrade", "Lowers levels of features.", kDowngrade},
    {"disable", "Lowers features to level 0.", kDisable},
    {"version-mapping", "Shows the levels of all features that a release means.", kMapping},
    {"feature-dependencies", "Shows what levels of features need.", kDependencies},
});
constexpr Grammar kGrammar{{"kafka-features", "Manages the features of a cluster.", kProgram}, kCommands};

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
  if (feature.level < 0) return std::string("Cannot specify a negative version level.");
  if (feature.level == 0 && change == client::FeatureChange::upgrade) {
    return std::string("The upgradeType flag should be set to SAFE_DOWNGRADE or UNSAFE_DOWNGRADE when the provided "
                       "maxVersionLevel:0 is < 1.");
  }
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
  const auto fail = [&](std::string_view line) {
    console.complain("{}\n", line);
    return 1;
  };
  const auto call = read_call(kGrammar, arguments);
  if (!call && call.error().wrong.empty()) {
    print_no_call(console, kGrammar, call.error());
    return 0;
  }
  if (!call) return fail(fmt::format("Command line error: {}. Type --help for help.", call.error().wrong));
  const auto& [command, options] = *call;
  if (command == "version-mapping" || command == "feature-dependencies") {
    const std::string newest(config::metadata_version_name(config::kMaxMetadataVersion));
    const Failed printed = command == "version-mapping"
                               ? print_version_mapping(console, options.get("release-version", newest))
                               : dependencies(options, console);
    return printed ? 0 : fail(printed.error());
  }
  if (!options.has("bootstrap-server") && !options.has("bootstrap-controller")) {
    return fail("Command line error: You must specify either --bootstrap-controller or --bootstrap-server.. Type "
                "--help for help.");
  }
  std::optional<std::int32_t> node;
  if (const auto text = options.value("node-id")) {
    node = static_cast<std::int32_t>(*whole_number(*text));
    if (*node < 0) return fail(fmt::format("Invalid node id {}: must be non-negative.", *node));
  }
  auto admin = connect(options, console);
  if (!admin) return fail(admin.error().text);
  const Failed done =
      command == "describe" ? describe(*admin, node, console) : update(*admin, command, options, console);
  return done ? 0 : fail(done.error());
}

}  // namespace millrace::cli
