#include "cli/call.h"

#include <fmt/format.h>

#include <utility>

namespace millrace::cli {

Call::Call(Commands all, const Command& which, Options given, Settings in_force, const Surroundings& around,
           Console& console)
    : commands_(all),
      command_(which),
      options_(std::move(given)),
      settings_(std::move(in_force)),
      surroundings_(around),
      console_(console) {
  if (const auto at = settings_.find("format"); at != settings_.end()) {
    format_ = parse_format(at->second.value).value_or(Format::table);
  }
}

std::string Call::operand(std::size_t index) const {
  return index < options_.rest().size() ? options_.rest()[index] : std::string();
}

Outcome<std::string> Call::required(std::string_view name) const {
  if (const auto value = options_.value(name)) return *value;
  return Failure{kUsage, fmt::format("--{} is missing\nusage: {}\n  next: millrace {} --help", name,
                                     usage_line(command_), command_.name)};
}

Outcome<std::optional<std::int64_t>> Call::whole_option(std::string_view name, std::int64_t least) const {
  const auto text = options_.value(name);
  if (!text) return std::optional<std::int64_t>();
  const auto number = whole_number(*text);
  if (number && *number >= least) return number;
  return Failure{kUsage, fmt::format("--{} {}: it must be a whole number of at least {}", name, *text, least)};
}

Outcome<std::vector<std::pair<std::string, std::string>>> Call::pairs(std::string_view what,
                                                                      const std::vector<std::string>& texts) const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Failure{kUsage, fmt::format("{} {}: write it as NAME=VALUE", what, text)};
    }
    result.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

Outcome<client::Admin*> Call::admin() {
  if (!admin_) {
    client::AdminConfig config;
    configure(config::Scope::admin, config);
    auto created = outcome(client::Admin::create(config));
    if (!created) return created.error();
    admin_.emplace(std::move(created).value());
  }
  return &*admin_;
}

Look Call::look() const {
  const auto at = settings_.find("color");
  const std::string wish = at == settings_.end() ? "auto" : at->second.value;
  const bool plain = !surroundings_.variable("NO_COLOR").empty() || surroundings_.variable("TERM") == "dumb";
  Look look;
  look.colour = wish == "always" || (wish == "auto" && surroundings_.out_is_terminal && !plain);
  look.width = surroundings_.out_is_terminal ? surroundings_.columns : 0;
  return look;
}

int Call::show(std::vector<Table> tables) {
  console_.out(render({command_.name, std::move(tables)}, format_, look()));
  return exit_code();
}

void Call::failed(const client::Error& error) {
  failed(error.text());
  if (const auto next = next_step(error); !next.empty()) console_.complain("  next: {}\n", next);
}

void Call::failed(std::string_view line) {
  some_failed_ = true;
  console_.complain("millrace {}: {}\n", command_.name, line);
}

Outcome<bool> Call::agreed(const std::vector<Table>& plan, std::string_view question) {
  if (options_.has("dry-run")) {
    (void)show(plan);
    return false;
  }
  if (options_.has("yes")) return true;
  if (!surroundings_.in_is_terminal) {
    return Failure{kUsage, fmt::format("{} Nobody can be asked here: add -y to do it, or --dry-run to see the plan",
                                       question)};
  }
  console_.err(render({command_.name, plan}, Format::table, {}));
  console_.complain("{} [y/N] ", question);
  const auto answer = console_.line();
  if (answer && (*answer == "y" || *answer == "Y" || *answer == "yes")) return true;
  failed("nothing was done");
  return false;
}

}  // namespace millrace::cli
