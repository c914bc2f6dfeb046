// The commands about profiles, which only read and write small files.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/commands/commands.h"
#include "cli/profile.h"
#include "cli/settings.h"

namespace millrace::cli {
namespace {

constexpr std::string_view kHidden = "[hidden]";

bool secret(std::string_view name) {
  return std::ranges::any_of(config::all_definitions(), [&](const config::Definition& definition) {
    return definition.name == name && definition.secret();
  });
}

constexpr auto kListColumns = std::to_array<Column>({
    {"profile", Type::text, "its name"},
    {"current", Type::flag, "whether it is the one in use"},
    {"servers", Type::text, "bootstrap.servers"},
});
constexpr auto kListTables = std::to_array<TableSpec>({{"profiles", kListColumns}});
constexpr auto kListExamples = std::to_array<Example>({{"millrace profile list", "All profiles, and which is in use"}});

Outcome<int> list(Call& call) {
  const auto current = current_profile(call.surroundings());
  Table table(kListTables[0]);
  for (const auto& name : profile_names(call.surroundings())) {
    const auto settings = read_profile(call.surroundings(), name);
    Cell servers;
    if (settings) {
      for (const auto& setting : *settings) {
        if (setting.key == "bootstrap.servers") servers = setting.value;
      }
    }
    table.add({name, name == current, std::move(servers)});
  }
  return call.show({std::move(table)});
}

constexpr auto kShowOperands = std::to_array<Operand>({{"PROFILE", true}});
constexpr auto kShowColumns = std::to_array<Column>({
    {"name", Type::text, "of the setting"},
    {"value", Type::text, "in force; secrets are hidden"},
    {"origin", Type::text, "where it was set: a flag, -X, a file, a variable, a profile, or default"},
});
constexpr auto kShowTables = std::to_array<TableSpec>({{"settings", kShowColumns}});
constexpr auto kShowExamples = std::to_array<Example>({
    {"millrace profile show", "What is in force here and now, and why"},
    {"millrace profile show staging", "What a profile sets"},
});

Outcome<int> show(Call& call) {
  Table table(kShowTables[0]);
  const auto add = [&](const std::string& name, const std::string& value, const std::string& origin) {
    table.add({name, secret(name) ? std::string(kHidden) : value, origin});
  };
  if (const std::string name = call.operand(0); !name.empty()) {
    const auto settings = read_profile(call.surroundings(), name);
    if (!settings) return settings.error();
    for (const auto& setting : *settings) add(setting.key, setting.value, "profile " + name);
  } else {
    for (const auto& [key, setting] : call.settings()) add(key, setting.value, setting.origin);
  }
  return call.show({std::move(table)});
}

constexpr auto kUseOperands = std::to_array<Operand>({{"PROFILE", true}});
constexpr auto kUseExamples = std::to_array<Example>({
    {"millrace profile use staging", "From now on"},
    {"millrace profile use", "None any more"},
});

Outcome<int> use(Call& call) {
  const std::string name = call.operand(0);
  if (!name.empty()) {
    if (const auto there = read_profile(call.surroundings(), name); !there) return there.error();
  }
  MR_TRY(use_profile(call.surroundings(), name));
  return kDone;
}

constexpr auto kSetOperands = std::to_array<Operand>({{"PROFILE"}, {"KEY=VALUE", true, true}});
constexpr auto kSetOptions = std::to_array<OptionSpec>({
    {"delete", "KEY", "Take a setting out; may be given several times", false, "d"},
});
constexpr auto kSetExamples = std::to_array<Example>({
    {"millrace profile set staging bootstrap.servers=kafka-1:9092,kafka-2:9092", "Make or change a profile"},
    {"millrace profile set staging --delete format", "Without that setting"},
});

Outcome<int> set(Call& call) {
  const std::string name = call.operand(0);
  const auto names = profile_names(call.surroundings());
  std::vector<config::Property> settings;
  if (std::ranges::find(names, name) != names.end()) {
    auto read = read_profile(call.surroundings(), name);
    if (!read) return read.error();
    settings = *std::move(read);
  }
  const auto drop = [&](const std::string& key) {
    std::erase_if(settings, [&](const auto& setting) { return setting.key == key; });
  };
  const auto pairs = call.pairs("set", {call.operands().begin() + 1, call.operands().end()});
  if (!pairs) return pairs.error();
  for (const auto& [key, value] : *pairs) {
    if (!is_setting(key)) return unknown_setting(key);
    drop(key);
    settings.push_back({key, value, 0});
  }
  for (const auto& key : call.options().all("delete")) drop(key);
  MR_TRY(write_profile(call.surroundings(), name, settings));
  return kDone;
}

}  // namespace

const Command kProfileList{.name = "profile list",
                           .about = "List the profiles",
                           .takes = kTakesFormat,
                           .tables = kListTables,
                           .examples = kListExamples,
                           .run = list};
const Command kProfileShow{.name = "profile show",
                           .about = "Show what is in force, or what a profile sets",
                           .operands = kShowOperands,
                           .takes = kTakesCluster | kTakesFormat,
                           .tables = kShowTables,
                           .examples = kShowExamples,
                           .run = show};
const Command kProfileUse{.name = "profile use",
                          .about = "Choose the profile that counts from now on",
                          .operands = kUseOperands,
                          .examples = kUseExamples,
                          .run = use};
const Command kProfileSet{.name = "profile set",
                          .about = "Make a profile, or change settings of one",
                          .operands = kSetOperands,
                          .options = kSetOptions,
                          .examples = kSetExamples,
                          .run = set};

}  // namespace millrace::cli
