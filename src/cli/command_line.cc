#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/nearest.h"

namespace millrace::cli {
namespace {

constexpr auto kCluster = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT,...", "Servers of the cluster to ask first (localhost:9092)", false, "b"},
    {"bootstrap-controller", "HOST:PORT,...", "Controllers to ask instead, when the brokers are down"},
    {"command-config", "FILE", "A file of client settings, as Kafka's tools take it"},
    {"set", "KEY=VALUE", "A client setting, by Kafka's name; may be given several times", false, "X"},
    {"profile", "PROFILE", "Take settings from this profile"},
    {"timeout", "TIME", "How long the cluster may take, such as 500ms, 10s or 2m (15s)"},
});
constexpr auto kFormat = std::to_array<OptionSpec>({
    {"format", "table|json|yaml|csv", "How to print (table)"},
    {"color", "auto|always|never", "Whether to use colour (auto: on a terminal, unless NO_COLOR is set)"},
});
constexpr auto kPlan = std::to_array<OptionSpec>({
    {"dry-run", "", "Show what would be done, and do nothing"},
    {"yes", "", "Do it without asking", false, "y"},
});
constexpr OptionSpec kHelp{"help", "", "Show this help", false, "h"};
constexpr auto kGroups = std::to_array<Takes>({kTakesPlan, kTakesFormat, kTakesCluster});

bool begins_with_words(std::string_view name, std::string_view words) {
  return name.starts_with(words) && (name.size() == words.size() || words.empty() || name[words.size()] == ' ');
}

Failure refused(const Command& command, std::string_view why) {
  return {kUsage, fmt::format("{}\nusage: {}\n  next: millrace {} --help", why, usage_line(command), command.name)};
}

std::string hint_for(const std::vector<OptionSpec>& specs, std::span<const std::string> arguments) {
  for (std::string_view argument : arguments) {
    if (!argument.starts_with("--")) continue;
    const std::string_view name = argument.substr(2, argument.find('=') - 2);
    std::vector<std::string_view> names;
    for (const OptionSpec& spec : specs) names.push_back(spec.name);
    if (std::ranges::find(names, name) != names.end() || name.empty()) continue;
    const auto near = nearest(name, names);
    return near.empty() ? std::string() : fmt::format("; --{} is one", near);
  }
  return {};
}

// Options whose value is one of "a|b|c" have one of those.
std::string wrong_choice(const std::vector<OptionSpec>& specs, const Options& options) {
  for (const OptionSpec& spec : specs) {
    if (spec.value.find('|') == std::string_view::npos) continue;
    const auto allowed = split_list(spec.value, '|');
    for (const std::string& value : options.all(spec.name)) {
      if (std::ranges::find(allowed, value) != allowed.end()) continue;
      return fmt::format("--{} {}: it must be one of {}", spec.name, value, fmt::join(allowed, ", "));
    }
  }
  return {};
}

}  // namespace

std::span<const OptionSpec> options_of(Takes group) {
  switch (group) {
    case kTakesCluster: return kCluster;
    case kTakesFormat: return kFormat;
    case kTakesPlan: return kPlan;
  }
  return {};
}

std::vector<OptionSpec> all_options(const Command& command) {
  std::vector<OptionSpec> specs(command.options.begin(), command.options.end());
  for (const Takes group : kGroups) {
    if ((command.takes & group) == 0) continue;
    const auto more = options_of(group);
    specs.insert(specs.end(), more.begin(), more.end());
  }
  specs.push_back(kHelp);
  return specs;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> names) {
  Nearest near(word, std::max<std::size_t>(2, word.size() / 2));
  for (const std::string_view name : names) near.offer(name);
  return near.best();
}

std::vector<std::string_view> next_words(Commands commands, std::string_view words) {
  std::set<std::string_view> found;
  for (const Command* command : commands) {
    if (command->hidden || !begins_with_words(command->name, words) || command->name == words) continue;
    const std::string_view rest = command->name.substr(words.empty() ? 0 : words.size() + 1);
    found.insert(rest.substr(0, rest.find(' ')));
  }
  return {found.begin(), found.end()};
}

Outcome<Chosen> choose(Commands commands, std::span<const std::string> arguments) {
  Chosen chosen;
  for (const std::string& word : arguments) {
    if (word.starts_with('-')) break;
    const std::string longer = chosen.words.empty() ? word : chosen.words + " " + word;
    const auto at = std::ranges::find(commands, std::string_view(longer), [](const Command* c) { return c->name; });
    const auto next = next_words(commands, chosen.words);
    if (at == commands.end() && std::ranges::find(next, std::string_view(word)) == next.end()) {
      if (chosen.command != nullptr) break;
      const auto near = nearest(word, next);
      const std::string where = chosen.words.empty() ? "millrace" : "millrace " + chosen.words;
      const std::string hint = near.empty() ? fmt::format("there are: {}", fmt::join(next, ", "))
                                            : fmt::format("{} is one", near);
      return Failure{kUsage, fmt::format("{} has no command {}; {}\n  next: {} --help", where, word, hint, where)};
    }
    chosen.words = longer;
    chosen.command = at == commands.end() ? nullptr : *at;
    ++chosen.used;
  }
  return chosen;
}

Outcome<Options> read_options(const Command& command, std::span<const std::string> arguments) {
  const auto specs = all_options(command);
  auto options = Options::parse(specs, arguments);
  if (!options) return refused(command, options.error() + hint_for(specs, arguments));
  if (options->has("help")) return *std::move(options);
  if (const auto wrong = wrong_choice(specs, *options); !wrong.empty()) return refused(command, wrong);
  std::size_t least = 0;
  bool many = false;
  for (const Operand& operand : command.operands) {
    least += operand.optional ? 0 : 1;
    many = many || operand.many;
  }
  const std::size_t given = options->rest().size();
  if (given < least) return refused(command, fmt::format("{} is missing", command.operands[given].name));
  if (!many && given > command.operands.size()) {
    return refused(command, fmt::format("nothing is to be done with {}", options->rest()[command.operands.size()]));
  }
  return *std::move(options);
}

std::string usage_line(const Command& command) {
  std::string line = fmt::format("millrace {}", command.name);
  for (const Operand& operand : command.operands) {
    const std::string form = fmt::format("{}{}", operand.name, operand.many ? "..." : "");
    line += operand.optional ? fmt::format(" [{}]", form) : " " + form;
  }
  return line + " [options]";
}

}  // namespace millrace::cli
