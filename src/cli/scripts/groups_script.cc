// kafka-groups.
#include <algorithm>
#include <array>

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

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool wanted(const Options& options, const client::ListedGroup& group) {
  if (const auto type = options.value("group-type"); type && !same_word(*type, group.type)) return false;
  if (const auto protocol = options.value("protocol"); protocol && *protocol != group.protocol) return false;
  if (options.has("consumer")) return group.type == "Consumer" || group.protocol == "consumer";
  if (options.has("share")) return group.type == "Share";
  if (options.has("streams")) return group.type == "Streams";
  return true;
}

}  // namespace

int kafka_groups(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "List groups of all types.", kOptions);
  if (!options) return options.error();
  if (!options->has("list")) return script_usage(console, "Command must include exactly one action: --list.", kOptions);
  if (!options->has("bootstrap-server")) {
    return script_usage(console, "Missing required argument \"[bootstrap-server]\"", kOptions);
  }
  auto admin = connect(*options);
  if (!admin) {
    console.complain("{}\n", admin.error().text);
    return 1;
  }
  auto listed = admin->list_groups().get();
  if (!listed) {
    console.print("Error while executing list groups command : {}\n", plain_message(listed.error()));
    return 1;
  }
  std::erase_if(*listed, [&](const auto& group) { return !wanted(*options, group); });
  std::size_t width = 20;
  for (const auto& group : *listed) width = std::max(width, group.id.size());
  console.print("{:<{}} {:<20} {:<20}\n", "GROUP", width, "TYPE", "PROTOCOL");
  for (const auto& group : *listed) {
    console.print("{:<{}} {:<20} {:<20}\n", group.id, width, group.type, group.protocol);
  }
  return 0;
}

}  // namespace millrace::cli
