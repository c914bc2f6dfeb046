#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace millrace::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Group {
  Takes takes;
  std::string_view title;
};
constexpr auto kGroups = std::to_array<Group>({
    {kTakesPlan, "Before anything is taken away"},
    {kTakesFormat, "Output"},
    {kTakesCluster, "Cluster"},
});

std::string section(std::string_view title, std::span<const OptionSpec> specs) {
  return specs.empty() ? std::string() : fmt::format("\n{}:\n{}", title, options_help(specs));
}

Json json_of(const OptionSpec& spec) {
  Json option = {{"name", spec.name}, {"about", spec.help}};
  if (!spec.letter.empty()) option["letter"] = spec.letter;
  if (!spec.value.empty()) option["value"] = spec.value;
  if (spec.value_optional) option["value_optional"] = true;
  return option;
}

Json json_of(const TableSpec& table) {
  Json columns = Json::array();
  for (const Column& column : table.columns) {
    columns.push_back({{"name", column.name}, {"type", type_name(column.type)}, {"about", column.about}});
  }
  return {{"name", table.name}, {"one", table.shape == Shape::one}, {"columns", std::move(columns)}};
}

Json json_of(const Command& command) {
  Json json = {{"name", command.name}, {"about", command.about}, {"usage", usage_line(command)}};
  if (!command.details.empty()) json["details"] = command.details;
  for (const Operand& operand : command.operands) {
    json["operands"].push_back({{"name", operand.name}, {"optional", operand.optional}, {"many", operand.many}});
  }
  for (const OptionSpec& spec : all_options(command)) json["options"].push_back(json_of(spec));
  for (const TableSpec& table : command.tables) json["tables"].push_back(json_of(table));
  for (const Example& example : command.examples) {
    json["examples"].push_back({{"line", example.line}, {"what", example.what}});
  }
  return json;
}

std::string option_rows(std::span<const OptionSpec> specs) {
  std::string text = "| option | what |\n|---|---|\n";
  for (const OptionSpec& spec : specs) {
    std::string form = option_form(spec);
    for (std::size_t at = form.find('|'); at != std::string::npos; at = form.find('|', at + 2)) form.insert(at, "\\");
    text += fmt::format("| `{}` | {} |\n", form, spec.help);
  }
  return text + "\n";
}

std::string page_of(const Command& command) {
  std::string text = fmt::format("### millrace {}\n\n{}.", command.name, command.about);
  if (!command.details.empty()) text += fmt::format(" {}", command.details);
  text += fmt::format("\n\n```\n{}\n```\n\n", usage_line(command));
  if (!command.options.empty()) text += option_rows(command.options);
  for (const TableSpec& table : command.tables) {
    text += fmt::format("Prints `{}`{}:\n\n| column | type | what |\n|---|---|---|\n", table.name,
                        table.shape == Shape::one ? " (one)" : "");
    for (const Column& column : table.columns) {
      text += fmt::format("| `{}` | {} | {} |\n", column.name, type_name(column.type), column.about);
    }
    text += "\n";
  }
  for (const Example& example : command.examples) text += fmt::format("- {}: `{}`\n", example.what, example.line);
  return command.examples.empty() ? text : text + "\n";
}

}  // namespace

std::string help_text(const Command& command) {
  std::string text = fmt::format("{}\n\n{}.\n", usage_line(command), command.about);
  if (!command.details.empty()) text += fmt::format("{}\n", command.details);
  text += section("Options", command.options);
  for (const Group& group : kGroups) {
    if ((command.takes & group.takes) != 0) text += section(group.title, options_of(group.takes));
  }
  for (const TableSpec& table : command.tables) {
    text += fmt::format("\nPrints {}:\n", table.name);
    for (const Column& column : table.columns) text += fmt::format("  {:<36} {}\n", column.name, column.about);
  }
  if (!command.examples.empty()) text += "\nExamples:\n";
  for (const Example& example : command.examples) text += fmt::format("  {}\n      {}\n", example.line, example.what);
  return text;
}

std::string list_text(Commands commands, std::string_view words) {
  const std::string before = words.empty() ? std::string() : fmt::format("{} ", words);
  std::string text = fmt::format("usage: millrace {}COMMAND [options]\n\n", before);
  for (const Command* command : commands) {
    if (command->hidden || !command->name.starts_with(before)) continue;
    text += fmt::format("  {:<28} {}\n", command->name, command->about);
  }
  text += fmt::format("\nmillrace {}COMMAND --help says more.\n", before);
  return text;
}

std::string help_json(Commands commands) {
  Json list = Json::array();
  for (const Command* command : commands) {
    if (!command->hidden) list.push_back(json_of(*command));
  }
  const Json whole = {{"command", "help"}, {"version", 1}, {"commands", std::move(list)}};
  return whole.dump(2) + "\n";
}

std::string help_page(Commands commands) {
  std::string text =
      "# Commands\n\nEvery command of `millrace`, from the tables that the program itself reads its arguments by; "
      "`millrace help --markdown` prints this page.\n\n"
      "stdout has the data, stderr all else. Exit codes: 0 done, 1 some item failed, 2 usage, 3 could not connect or "
      "log in, 4 timed out and nobody knows whether it was done, 5 a check failed.\n\n"
      "A setting comes from the nearest of: flag, `-X key=value`, `--command-config` file, environment "
      "(`MILLRACE_BOOTSTRAP_SERVERS` for `bootstrap.servers`), profile, default.\n\n"
      "With `--format json` the output is `{\"command\": ..., \"version\": 1, TABLE: [...]}`, where each table named "
      "below is a key, and an object instead of a list where it says (one). Keys stay; what is added later may be "
      "ignored.\n\n";
  for (const Group& group : kGroups) {
    text += fmt::format("## {}\n\n{}", group.title, option_rows(options_of(group.takes)));
  }
  std::string_view area;
  for (const Command* command : commands) {
    if (command->hidden) continue;
    const auto first = command->name.substr(0, command->name.find(' '));
    if (first != area) text += fmt::format("## {}\n\n", first);
    area = first;
    text += page_of(*command);
  }
  text.pop_back();
  return text;
}

}  // namespace millrace::cli
