// The options of kafka-topics, and which of them go together.
#include <algorithm>
#include <array>

#include "cli/scripts/topics.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"list", "", "List the topics"},
    {"create", "", "Create a topic"},
    {"delete", "", "Delete a topic"},
    {"alter", "", "Add partitions to a topic"},
    {"describe", "", "Show topics and their partitions"},
    {"topic", "NAME", "The topic; a regular expression but with --create"},
    {"topic-id", "ID", "The topic's id, with --describe"},
    {"config", "NAME=VALUE", "A setting of the new topic; may be repeated"},
    {"delete-config", "NAME", "Does nothing any more; see kafka-configs"},
    {"partitions", "N", "Partitions of the topic that is created or altered"},
    {"replication-factor", "N", "Replicas of each partition of the new topic"},
    {"replica-assignment", "B:B,B:B", "Brokers of each partition"},
    {"under-replicated-partitions", "", "Show partitions with replicas that are not in sync"},
    {"unavailable-partitions", "", "Show partitions without a working leader"},
    {"under-min-isr-partitions", "", "Show partitions with fewer replicas in sync than min.insync.replicas"},
    {"at-min-isr-partitions", "", "Show partitions with just min.insync.replicas in sync"},
    {"topics-with-overrides", "", "Show topics that have settings of their own"},
    {"if-exists", "", "No failure if the topic does not exist"},
    {"if-not-exists", "", "No failure if the topic exists"},
    {"exclude-internal", "", "Without Kafka's own topics"},
    {"partition-size-limit-per-response", "N", "Partitions in one answer of a broker"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr auto kActions = std::to_array<std::string_view>({"list", "describe", "create", "alter", "delete"});
constexpr auto kReports = std::to_array<std::string_view>({"under-replicated-partitions", "under-min-isr-partitions",
                                                           "at-min-isr-partitions", "unavailable-partitions"});

// An option, and the actions that it goes with.
struct Place {
  std::string_view option;
  std::array<std::string_view, 3> actions{};
};
constexpr auto kPlaces = std::to_array<Place>({
    {"config", {"create"}},
    {"partitions", {"alter", "create"}},
    {"replication-factor", {"create"}},
    {"replica-assignment", {"alter", "create"}},
    {kReports[0], {"describe"}},
    {kReports[1], {"describe"}},
    {kReports[2], {"describe"}},
    {kReports[3], {"describe"}},
    {"topics-with-overrides", {"describe"}},
    {"if-exists", {"alter", "delete", "describe"}},
    {"if-not-exists", {"create"}},
    {"exclude-internal", {"list", "describe"}},
});

// What is missing.
std::optional<std::string> lack(const Options& options) {
  if (!options.has("bootstrap-server")) return "--bootstrap-server must be specified";
  const bool topic = options.has("topic");
  if (options.has("describe") && options.has("if-exists") && !topic && !options.has("topic-id")) {
    return "--topic or --topic-id is required to describe a topic";
  }
  if (!options.has("list") && !options.has("describe") && !topic) return "Missing required argument \"[topic]\"";
  if (!options.has("alter")) return std::nullopt;
  if (options.has("config")) {
    return "Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\" (To alter "
           "topic configurations, the kafka-configs tool can be used.)";
  }
  if (!options.has("partitions")) return "Missing required argument \"[partitions]\"";
  return std::nullopt;
}

}  // namespace

std::span<const OptionSpec> topic_options() { return kOptions; }

std::optional<std::string> wrong_topic_options(const Options& options) {
  const auto given = [&](std::string_view name) { return options.has(name); };
  if (std::ranges::count_if(kActions, given) != 1) {
    return "Command must include exactly one action: --list, --describe, --create, --alter or --delete";
  }
  if (auto line = lack(options)) return line;
  const std::string_view action = *std::ranges::find_if(kActions, given);
  for (const Place& place : kPlaces) {
    if (given(place.option) && std::ranges::find(place.actions, action) == place.actions.end()) {
      return not_together(place.option, action);
    }
  }
  for (const char* other : {"partitions", "replication-factor"}) {
    if (action != "create" || !given("replica-assignment") || !given(other)) continue;
    return not_together("replica-assignment", other);
  }
  for (const std::string_view report : kReports) {
    if (given(report) && given("topics-with-overrides")) return not_together(report, "topics-with-overrides");
  }
  return std::nullopt;
}

}  // namespace millrace::cli
