// kafka-groups.
#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"list", "", "List the groups"},
    {"group-type", "TYPE", "Only groups of this type: classic, consumer, share, streams"},
    {"protocol", "NAME", "Only groups of this protocol"},
    {"consumer", "", "Only groups of consumers, of the classic protocol too"},
    {"share", "", "Only share groups"},
    {"streams", "", "Only streams groups"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr auto kTypes = std::to_array<std::string_view>({"classic", "consumer", "share", "streams"});

// What is wrong with the options beyond their names: --consumer, --share and --streams stand alone.
std::optional<std::string> refusal(const Options& options) {
  if (!options.has("list")) return "Command must include exactly one action: --list.";
  if (!options.has("bootstrap-server")) return "Missing required option(s) [bootstrap-server]";
  constexpr auto kFilters =
      std::to_array<std::string_view>({"consumer", "group-type", "protocol", "share", "streams"});
  for (const std::string_view alone : {"consumer", "share", "streams"}) {
    if (!options.has(alone)) continue;
    for (const std::string_view other : kFilters) {
      if (other == alone || !options.has(other)) continue;
      return not_together(alone, other);
    }
  }
  return std::nullopt;
}

bool wanted(const Options& options, const client::ListedGroup& group) {
  if (const auto type = options.value("group-type"); type && !same_but_for_case(*type, group.type)) return false;
  if (const auto protocol = options.value("protocol"); protocol && *protocol != group.protocol) return false;
  if (options.has("consumer")) {
    return group.type == "Consumer" || group.protocol == "consumer" || group.protocol.empty();
  }
  if (options.has("share")) return group.type == "Share";
  if (options.has("streams")) return group.type == "Streams";
  return true;
}

}  // namespace

int kafka_groups(const Arguments& arguments, Console& console) {
  if (arguments.empty()) return script_usage(console, "Missing required option(s) [bootstrap-server]", kOptions);
  const auto options = script_options(arguments, console, "This tool helps to list groups of all types.", kOptions);
  if (!options) return options.error();
  if (const auto line = refusal(*options)) return script_usage(console, *line, kOptions);
  if (const auto wrong = given_twice(*options, kOptions)) {
    console.print("Error while executing groups command : {}\n", *wrong);
    return 1;
  }
  const auto type = options->value("group-type");
  if (type && std::ranges::none_of(kTypes, [&](std::string_view one) { return same_but_for_case(one, *type); })) {
    console.complain("--group-type must be a valid group type.\n");
    return 1;
  }
  auto admin = connect(*options, console);
  if (!admin) {
    console.print("Error while executing groups command : {}\n", admin.error().text);
    return 1;
  }
  auto listed = admin->list_groups().get();
  if (!listed) {
    console.print("Error while executing groups command : {}\n", plain_message(listed.error()));
    return 1;
  }
  std::erase_if(*listed, [&](const auto& group) { return !wanted(*options, group); });
  std::size_t width = 20;
  for (const auto& group : *listed) {
    width = std::max({width, group.id.size(), group.type.size(), group.protocol.size()});
  }
  console.print("{:<{}} {:<{}} {:<{}}\n", "GROUP", width, "TYPE", width, "PROTOCOL", width);
  for (const auto& group : *listed) {
    console.print("{:<{}} {:<{}} {:<{}} \n", group.id, width, group.type, width, group.protocol, width);
  }
  return 0;
}

}  // namespace millrace::cli
