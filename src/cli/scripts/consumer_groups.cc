// kafka-consumer-groups: its options, and listing, describing and deleting groups.
#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/pattern.h"
#include "cli/scripts/groups.h"
#include "cli/scripts/java_order.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required, but with --validate-regex: a server of the cluster"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"group", "ID", "The group; may be repeated"},
    {"topic", "TOPIC[:PARTITIONS]", "Topics for --reset-offsets and --delete-offsets; may be repeated"},
    {"all-topics", "", "All topics with offsets of the group, for --reset-offsets"},
    {"all-groups", "", "All groups"},
    {"list", "", "List the groups"},
    {"describe", "", "Show groups and how far they are behind"},
    {"delete", "", "Delete groups"},
    {"delete-offsets", "", "Delete offsets of a group"},
    {"reset-offsets", "", "Move the offsets of groups without members"},
    {"validate-regex", "EXPRESSION", "Show whether brokers could read it as a pattern of topics"},
    {"timeout", "MS", "How long to wait for the cluster (default 30000)"},
    {"dry-run", "", "Show what --reset-offsets would do"},
    {"execute", "", "Do what --reset-offsets plans"},
    {"export", "", "Print the plan of --reset-offsets as CSV"},
    {"to-offset", "N", "Reset to this offset"},
    {"from-file", "FILE", "Reset to the offsets of a CSV file"},
    {"to-datetime", "TIME", "Reset to the offsets of a time, YYYY-MM-DDTHH:mm:SS.sss"},
    {"by-duration", "DURATION", "Reset to the offsets of a time ago, PnDTnHnMnS"},
    {"to-earliest", "", "Reset to the first offsets"},
    {"to-latest", "", "Reset to the last offsets"},
    {"to-current", "", "Reset to the offsets in force"},
    {"shift-by", "N", "Move the offsets by N"},
    {"members", "", "Describe the members"},
    {"offsets", "", "Describe the offsets (the default)"},
    {"verbose", "", "Describe more"},
    {"state", "STATES", "Describe the state; with --list: show it, or only groups in these states", true},
    {"type", "TYPES", "With --list: show types, or only groups of these", true},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr const char* kDefaultTimeout = "30000";

constexpr auto kStates = std::to_array<std::string_view>({"PreparingRebalance", "CompletingRebalance", "Stable", "Dead",
                                                          "Empty", "Assigning", "Reconciling"});
constexpr auto kTypes = std::to_array<std::string_view>({"Classic", "Consumer"});

// Adds those of `known` that a list names, in whatever case. The failure tells what there is.
std::optional<std::string> take_names(const std::string& list, std::string_view what, std::string_view many,
                                      std::span<const std::string_view> known, std::vector<std::string>& names) {
  for (const std::string& name : split_list(list)) {
    const auto at = std::ranges::find_if(known, [&](std::string_view one) { return same_but_for_case(one, name); });
    if (at == known.end()) {
      return fmt::format("Invalid {} list '{}'. Valid {} are: {}", what, list, many, fmt::join(known, ", "));
    }
    names.emplace_back(*at);
  }
  return std::nullopt;
}

// What Kafka's library of expressions says where this one says `why`.
std::string java_words(std::string_view why) {
  constexpr auto kWords = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"missing )", "missing closing )"},
       {"unexpected )", "missing closing )"},
       {"missing ]", "missing closing ]"},
       {"invalid perl operator", "invalid or unsupported Perl syntax"},
       {"bad repetition operator", "invalid nested repetition operator"},
       {"no argument for repetition operator", "missing argument to repetition operator"},
       {"invalid repetition size", "invalid repeat count"},
       {"invalid named capture group", "invalid named capture"},
       {"trailing \\", "trailing backslash at end of expression"}});
  const std::string_view what = why.substr(0, why.find(": "));
  const auto at = std::ranges::find(kWords, what, &std::pair<std::string_view, std::string_view>::first);
  return std::string(at == kWords.end() ? what : at->second);
}

int validate_regex(const std::string& expression, Console& console) {
  std::string why;
  if (Pattern::compile(expression, &why).ok()) {
    console.print("The regular expression `{}` is valid.\n", expression);
  } else {
    console.print("The regular expression `{}` is invalid: {}.\n", expression, java_words(why));
  }
  return 0;
}

// What an option needs beside it, in the words of Kafka's parser.
std::optional<std::string> unavailable(const Options& options) {
  const bool list = options.has("list"), describe = options.has("describe");
  const auto given = [&](const char* name, bool allowed) { return options.has(name) && !allowed; };
  for (const char* name : {"members", "offsets", "verbose", "state", "type"}) {
    const std::string_view option = name;
    const bool allowed = option == "type" ? list : option == "state" ? list || describe : describe;
    if (given(name, allowed)) return fmt::format("Option(s) [{}] are unavailable given other options on the command "
                                                 "line", name);
  }
  return std::nullopt;
}

std::optional<std::string> wrong_describe(const Options& options, bool selected) {
  if (!selected) return "Option [describe] takes one of these options: [group], [all-groups]";
  if (options.has("members") + options.has("offsets") + options.has("state") > 1) {
    return "Option [describe] takes at most one of these options: [members], [offsets], [state]";
  }
  if (options.value("state")) return "Option [describe] does not take a value for [state]";
  return std::nullopt;
}

constexpr auto kScenarios = std::to_array<const char*>({"to-offset", "to-datetime", "by-duration", "to-earliest",
                                                        "to-latest", "to-current", "shift-by", "from-file"});

std::optional<std::string> wrong_reset(const Options& options, bool selected) {
  if (!selected) return "Option [reset-offsets] takes one of these options: [group], [all-groups]";
  const char* first = nullptr;
  for (const char* scenario : kScenarios) {
    if (!options.has(scenario)) continue;
    if (first != nullptr) return not_together(first, scenario);
    first = scenario;
  }
  return std::nullopt;
}

std::optional<std::string> wrong_action(const Options& options) {
  const bool selected = options.has("group") || options.has("all-groups");
  if (options.has("describe")) {
    if (auto wrong = wrong_describe(options, selected)) return wrong;
  }
  if (options.has("delete")) {
    if (!selected) return "Option [delete] takes one of these options: [group], [all-groups]";
    if (options.has("topic")) {
      return "The consumer does not support topic-specific offset deletion from a consumer group.";
    }
  }
  if (options.has("delete-offsets") && (!options.has("group") || !options.has("topic"))) {
    return "Option [delete-offsets] takes the following options: [group], [topic]";
  }
  if (options.has("reset-offsets")) {
    if (auto wrong = wrong_reset(options, selected)) return wrong;
  }
  if (options.has("group") && options.has("all-groups")) return not_together("group", "all-groups");
  if (options.has("group") && options.has("list")) return not_together("group", "list");
  for (const char* action : {"list", "describe"}) {
    if (options.has("topic") && options.has(action)) return not_together("topic", action);
  }
  return std::nullopt;
}

// What is wrong with the combination of options, if anything. Tells that a reset without --execute changes nothing.
std::optional<std::string> refusal(const Options& options, Console& console) {
  if (!options.has("validate-regex") && !options.has("bootstrap-server")) {
    return "Missing required argument \"[bootstrap-server]\"";
  }
  if (options.has("reset-offsets") && options.has("dry-run") && options.has("execute")) {
    return "Option [reset-offsets] only accepts one of [execute] and [dry-run]";
  }
  if (options.has("reset-offsets") && !options.has("dry-run") && !options.has("execute")) {
    console.complain("WARN: No action will be performed as the --execute option is missing. In version 5.0, this "
                     "command will require either --dry-run or --execute to be specified. You should add the "
                     "--dry-run option explicitly if you are scripting this command and want to keep the current "
                     "default behavior without prompting.\n");
  }
  if (auto wrong = wrong_action(options)) return wrong;
  int actions = 0;
  for (const char* action : {"list", "describe", "delete", "delete-offsets", "reset-offsets", "validate-regex"}) {
    actions += options.has(action) ? 1 : 0;
  }
  if (actions == 1) return std::nullopt;
  return "Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets, "
         "--validate-regex";
}

// Values that the original reads when it is at work already.
std::optional<std::string> wrong_value(const Options& options) {
  if (auto wrong = given_twice(options, kOptions, {"topic", "group"})) return wrong;
  if (options.has("delete-offsets") && options.all("group").size() > 1) {
    return "Found multiple arguments for option group, but you asked for only one";
  }
  return not_a_number(options, {"timeout", "to-offset", "shift-by"});
}

}  // namespace

int ConsumerGroups::failed(std::string_view message) {
  console_.print("\nError: {}\n", message);
  return 0;
}

client::Result<std::vector<std::string>> ConsumerGroups::wanted() {
  if (!options_.has("all-groups")) return options_.all("group");
  auto listed = admin_.list_groups().get();
  if (!listed) return listed.error();
  std::vector<std::string> ids;
  for (const auto& group : *listed) {
    if (group.type != "Share" && group.type != "Streams") ids.push_back(group.id);
  }
  return ids;
}

int ConsumerGroups::list() {
  client::ListGroupsOptions filter;
  if (const auto wrong = take_names(options_.get("type"), "types", "types", kTypes, filter.types)) {
    return script_usage(console_, *wrong, kOptions);
  }
  if (const auto wrong = take_names(options_.get("state"), "state", "states", kStates, filter.states)) {
    return script_usage(console_, *wrong, kOptions);
  }
  auto listed = admin_.list_groups(filter).get();
  if (!listed) {
    return failed("Executing consumer group command failed due to " + java_name(listed.error()) + ": " +
                  plain_message(listed.error()));
  }
  std::erase_if(*listed, [](const auto& group) {
    const bool other = group.protocol != "consumer" && !group.protocol.empty();
    return other || group.type == "Share" || group.type == "Streams";
  });
  order_as_java(*listed, 0, [](const auto& group) { return java_hash(group.id); });
  const bool types = options_.has("type");
  const bool states = options_.has("state");
  if (!types && !states) {
    for (const auto& group : *listed) console_.print("{}\n", group.id);
    return 0;
  }
  std::size_t width = 15;
  for (const auto& group : *listed) width = std::max(width, group.id.size());
  const auto row = [&](std::string_view id, std::string_view type, std::string_view state) {
    console_.print("{:<{}}", id, width + 10);
    if (types) console_.print(" {:<20}", type);
    if (states) console_.print(" {:<20}", state);
    console_.out("\n");
  };
  row("GROUP", "TYPE", "STATE");
  for (const auto& group : *listed) row(group.id, group.type, group.state);
  return 0;
}

bool ConsumerGroups::announce(const client::GroupDescription& group, std::size_t rows) {
  if (group.state == "Dead") {
    failed(fmt::format("Consumer group '{}' does not exist.", group.id));
    return false;
  }
  console_.flush();
  if (group.state == "Empty") {
    console_.complain("\nConsumer group '{}' has no active members.\n", group.id);
  } else if (group.state != "Stable") {
    console_.complain("\nWarning: Consumer group '{}' is rebalancing.\n", group.id);
  }
  return rows > 0;
}

int ConsumerGroups::describe() {
  const auto ids = wanted();
  if (!ids) return failed("Executing consumer group command failed due to " + plain_message(ids.error()));
  if (ids->empty()) return 0;
  auto described = admin_.describe_groups(*ids).get();
  if (!described) return failed("Executing consumer group command failed due to " + plain_message(described.error()));
  std::ranges::sort(*described, {}, [](const auto& item) { return item.key; });
  for (const auto& item : *described) {
    if (!item.result) {
      return failed(fmt::format("Executing consumer group command failed due to {}: {}",
                                java_name(item.result.error()), plain_message(item.result.error())));
    }
  }
  for (const auto& item : *described) {
    if (options_.has("members")) {
      show_members(*item.result);
    } else if (options_.has("state")) {
      if (const int code = show_state(*item.result); code != 0) return code;
    } else if (const int code = show_offsets(*item.result); code != 0) {
      return code;
    }
  }
  return 0;
}

int ConsumerGroups::remove() {
  const auto ids = wanted();
  if (!ids) return failed(plain_message(ids.error()));
  auto deleted = admin_.delete_groups(*ids).get();
  if (!deleted) return failed(plain_message(deleted.error()));
  order_as_java(*deleted, 0, [](const auto& item) { return java_hash(item.key); });
  std::vector<std::string> gone;
  std::string failures;
  for (const auto& item : *deleted) {
    if (item.result) {
      gone.push_back("'" + item.key + "'");
      continue;
    }
    failures += fmt::format("\n* Group '{}' could not be deleted due to: {}: {}", item.key,
                            java_name(item.result.error()), plain_message(item.result.error()));
  }
  if (failures.empty()) {
    console_.print("Deletion of requested consumer groups ({}) was successful.\n", fmt::join(gone, ", "));
    return 0;
  }
  failed("Deletion of some consumer groups failed:" + failures);
  if (!gone.empty()) console_.print("\nThese consumer groups were deleted successfully: {}\n", fmt::join(gone, ", "));
  return 0;
}

int kafka_consumer_groups(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console,
                                      "This tool helps to list all consumer groups, describe a consumer group, "
                                      "delete consumer group info, or reset consumer group offsets.",
                                      kOptions);
  if (!options) return options.error();
  if (const auto wrong = unavailable(*options)) {
    console.complain("{}\n", *wrong);
    return 1;
  }
  if (const auto wrong = refusal(*options, console)) return script_usage(console, *wrong, kOptions);
  if (const auto expression = options->value("validate-regex")) return validate_regex(*expression, console);
  const auto fail = [&](std::string_view why) {
    console.print("\nError: Executing consumer group command failed due to {}\n", why);
    return 0;
  };
  if (const auto wrong = wrong_value(*options)) return fail(*wrong);
  auto admin = connect(*options, console, options->value("timeout").value_or(kDefaultTimeout));
  if (!admin) return fail(admin.error().text);
  ConsumerGroups groups(*options, *admin, console);
  if (options->has("list")) return groups.list();
  if (options->has("describe")) return groups.describe();
  if (options->has("delete")) return groups.remove();
  if (options->has("reset-offsets")) return groups.reset_offsets();
  return groups.delete_offsets();
}

}  // namespace millrace::cli
