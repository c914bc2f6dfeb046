#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "cli/profile.h"
#include "cli/settings.h"
#include "config/definition.h"
#include "millrace/admin.h"
#include "protocol/api.h"
#include "protocol/errc.h"

namespace millrace::cli {
namespace {

constexpr std::string_view kTimeout = "1000";  // ms

void add_prefixed(std::vector<std::string>& into, std::string_view prefix, const std::vector<std::string>& names) {
  for (const auto& name : names) into.push_back(fmt::format("{}{}", prefix, name));
}

std::vector<std::string> names_of_settings() {
  std::set<std::string_view> names;
  for (const auto& setting : config::all_definitions()) names.insert(setting.name);
  return {names.begin(), names.end()};
}

// Asks the cluster. Silent about failures: a person who presses TAB has asked nothing.
class Live {
 public:
  explicit Live(const Settings& settings) {
    client::AdminConfig config;
    configure(settings, config::Scope::admin, config);
    config.set_text("default.api.timeout.ms", std::string(kTimeout));
    if (auto admin = client::Admin::create(config)) admin_.emplace(std::move(admin).value());
  }
  std::vector<std::string> topics() {
    std::vector<std::string> names;
    if (!admin_) return names;
    if (const auto listed = admin_->list_topics(true).get()) {
      for (const auto& topic : *listed) names.push_back(topic.name);
    }
    return names;
  }
  std::vector<std::string> groups() {
    std::vector<std::string> names;
    if (!admin_) return names;
    if (const auto listed = admin_->list_groups().get()) {
      for (const auto& group : *listed) names.push_back(group.id);
    }
    return names;
  }
  std::vector<std::string> brokers() {
    std::vector<std::string> names;
    if (!admin_) return names;
    if (const auto cluster = admin_->describe_cluster().get()) {
      for (const auto& node : cluster->nodes) names.push_back(std::to_string(node.id));
    }
    return names;
  }

 private:
  std::optional<client::Admin> admin_;
};

std::vector<std::string> resources(Live& live, std::string_view word) {
  std::vector<std::string> result;
  if (word.starts_with("topic/")) {
    add_prefixed(result, "topic/", live.topics());
  } else if (word.starts_with("group/")) {
    add_prefixed(result, "group/", live.groups());
  } else if (word.starts_with("broker/")) {
    add_prefixed(result, "broker/", live.brokers());
  } else {
    result = {"topic/", "group/", "broker", "broker/", "client-metrics/"};
  }
  return result;
}

// Candidates of a kind that need no cluster; nothing if it is another kind.
std::optional<std::vector<std::string>> local_words(std::string_view kind, const Surroundings& around) {
  if (kind == "PROFILE") return profile_names(around);
  if (kind == "SETTING" || kind == "NAME=VALUE" || kind == "SETTING=VALUE" || kind == "KEY=VALUE") {
    auto names = names_of_settings();
    for (auto& name : names) name += kind == "SETTING" ? "" : "=";
    return names;
  }
  std::vector<std::string> words;
  if (kind == "CODE_OR_SETTING") {
    words = names_of_settings();
    for (const auto& error : protocol::all_errors()) words.emplace_back(error.name);
    return words;
  }
  if (kind == "API") {
    for (const auto& api : protocol::all_apis()) {
      if (api.has_versions()) words.emplace_back(api.name);
    }
    return words;
  }
  return std::nullopt;
}

}  // namespace

Expected expected_word(Commands commands, std::span<const std::string> words) {
  if (words.empty()) return {};
  const auto before = words.first(words.size() - 1);
  const std::string& last = words.back();
  const auto chosen = choose(commands, before);
  if (!chosen) return {};
  const bool help = chosen->command != nullptr && chosen->command->name == "help";
  if (chosen->command == nullptr || help) {
    const auto inner = help ? choose(commands, before.subspan(chosen->used)) : chosen;
    Expected expected;
    if (inner) {
      for (const auto next : next_words(commands, inner->words)) expected.words.emplace_back(next);
    }
    return expected;
  }
  const auto specs = all_options(*chosen->command);
  const auto given = before.subspan(chosen->used);
  const auto value_of = [](const OptionSpec& spec) -> Expected {
    if (spec.value.find('|') != std::string_view::npos) return {split_list(spec.value, '|'), {}};
    return {{}, std::string(spec.value)};
  };
  if (!given.empty() && given.back().starts_with('-')) {
    for (const auto& spec : specs) {
      const bool named = given.back() == fmt::format("--{}", spec.name) ||
                         (!spec.letter.empty() && given.back() == fmt::format("-{}", spec.letter));
      if (named && !spec.value.empty()) return value_of(spec);
    }
  }
  if (last.starts_with('-')) {
    Expected expected;
    for (const auto& spec : specs) expected.words.push_back(fmt::format("--{}", spec.name));
    return expected;
  }
  const auto options = Options::parse(specs, given);
  const auto& operands = chosen->command->operands;
  if (!options || operands.empty()) return {};
  const std::size_t index = options->rest().size();
  if (index < operands.size()) return value_of({operands[index].name, operands[index].name, {}});
  return operands.back().many ? Expected{{}, std::string(operands.back().name)} : Expected{};
}

std::vector<std::string> candidates(Commands commands, std::span<const std::string> words, const Surroundings& around) {
  auto expected = expected_word(commands, words);
  const std::string_view kind = expected.kind;
  auto result = std::move(expected.words);
  if (auto local = local_words(kind, around)) {
    result = *std::move(local);
  } else if (kind.starts_with("TOPIC") || kind == "GROUP" || kind == "RESOURCE" || kind == "ID") {
    const auto chosen = choose(commands, words);
    if (!chosen || chosen->command == nullptr) return {};
    auto given = Options::parse(all_options(*chosen->command), words.first(words.size() - 1).subspan(chosen->used));
    std::string warnings;
    const auto settings = given ? gather_settings(*given, around, warnings) : Outcome<Settings>(Settings());
    if (!settings) return {};
    Live live(*settings);
    if (kind.starts_with("TOPIC")) result = live.topics();
    if (kind == "GROUP") result = live.groups();
    if (kind == "ID") result = live.brokers();
    if (kind == "RESOURCE") result = resources(live, words.back());
  }
  std::erase_if(result, [&](const std::string& word) { return !word.starts_with(words.back()); });
  std::ranges::sort(result);
  return result;
}

std::string completion_script(std::string_view shell) {
  if (shell == "bash") {
    return R"(_millrace() {
  local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=($("${COMP_WORDS[0]}" completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
  case ${COMPREPLY[0]-} in */ | *=) compopt -o nospace ;; esac
}
complete -o filenames -F _millrace millrace
)";
  }
  if (shell == "zsh") {
    return R"(#compdef millrace
_millrace() {
  local -a found
  found=("${(@f)$("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n ${found[1]-} ]]; then compadd -Q -- $found; else _files; fi
}
compdef _millrace millrace
)";
  }
  if (shell == "fish") {
    return R"(function __millrace_words
  set -l words (commandline -opc) (commandline -ct)
  $words[1] completion words -- $words[2..-1] 2>/dev/null
end
complete -c millrace -a '(__millrace_words)'
)";
  }
  return {};
}

}  // namespace millrace::cli
