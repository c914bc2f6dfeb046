#include "cli/scripts/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

namespace millrace::cli {
namespace {

const Argument kHelp{{"help", "", "Show this", false, "h"}};

// "--config/-c".
std::string names_of(const Argument& argument) {
  const OptionSpec& option = argument.option;
  return option.letter.empty() ? fmt::format("--{}", option.name) : fmt::format("--{}/-{}", option.name, option.letter);
}

bool looks_like_option(std::string_view text) {
  return text.size() > 1 && text[0] == '-' && !whole_number(text);
}

// The class of Java's that cannot be made of the text, if there is one; "" otherwise.
std::string_view not_of_kind(Argument::Kind kind, const std::string& text) {
  const auto number = whole_number(text);
  if (kind == Argument::Kind::int64) return number ? "" : "Long";
  if (kind == Argument::Kind::int32) {
    const bool fits = number && *number >= std::numeric_limits<std::int32_t>::min() &&
                      *number <= std::numeric_limits<std::int32_t>::max();
    return fits ? "" : "Integer";
  }
  if (kind != Argument::Kind::real) return "";
  char* end = nullptr;
  (void)std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' ? "" : "Double";
}

// Reads the arguments of one list after the other into the form that Options reads.
class Reader {
 public:
  Reader(const Grammar& grammar, const Arguments& arguments) : grammar_(grammar), arguments_(arguments) {}

  Result<Call, NoCall> read() {
    Used used;
    MR_TRY(read_list(grammar_.program, used));
    std::vector<OptionSpec> specs;
    for (const Argument& argument : grammar_.program.takes) specs.push_back(argument.option);
    const ArgumentList* command = nullptr;
    if (!grammar_.commands.empty()) {
      if (at_ == arguments_.size()) return NoCall{&grammar_.program, "too few arguments"};
      const std::string& name = arguments_[at_++];
      const auto found = find_command(name);
      if (!found) return NoCall{&grammar_.program, found.error()};
      command = *found;
      Used of_command;
      MR_TRY(read_list(*command, of_command));
      MR_TRY(check(*command, of_command));
      for (const Argument& argument : command->takes) specs.push_back(argument.option);
    }
    MR_TRY(check(grammar_.program, used));
    auto options = Options::parse(specs, plain_);
    if (!options) return NoCall{&grammar_.program, options.error()};
    return Call{command == nullptr ? "" : std::string(command->name), std::move(options).value()};
  }

 private:
  struct Used {
    std::vector<const Argument*> all;
    const Argument* exclusive = nullptr;
  };
  using Read = Result<void, NoCall>;

  Read read_list(const ArgumentList& list, Used& used) {
    const bool ends = !grammar_.commands.empty() && &list == &grammar_.program;
    while (at_ < arguments_.size()) {
      const std::string& text = arguments_[at_];
      if (!looks_like_option(text)) {
        if (ends) return {};
        return NoCall{&list, fmt::format("unrecognized arguments: '{}'", text)};
      }
      ++at_;
      MR_TRY(read_option(list, text, used));
    }
    return {};
  }

  Read read_option(const ArgumentList& list, std::string_view text, Used& used) {
    std::optional<std::string> value;
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const auto found = find(list, name);
    if (!found) return NoCall{&list, found.error()};
    const Argument* argument = *found;
    if (argument != nullptr && equals != std::string_view::npos) value = text.substr(equals + 1);
    if (argument == nullptr && !text.starts_with("--")) {
      const auto short_one = find(list, text.substr(0, 2));
      argument = short_one.ok() ? *short_one : nullptr;
      if (argument != nullptr && argument->option.value.empty()) argument = nullptr;
      if (argument != nullptr) value = text.substr(2);
    }
    if (argument == nullptr) return NoCall{&list, fmt::format("unrecognized arguments: '{}'", name)};
    if (argument == &kHelp) return NoCall{&list, ""};
    MR_TRY(take_value(list, *argument, std::move(value)));
    return note(list, *argument, used);
  }

  // The option of that name, or the only one that begins so; none where there is no such.
  Result<const Argument*, std::string> find(const ArgumentList& list, std::string_view name) const {
    std::vector<const Argument*> beginning;
    for (const Argument* argument = list.takes.data(); argument != list.takes.data() + list.takes.size(); ++argument) {
      if (matches(*argument, name)) return argument;
      if (begins(*argument, name)) beginning.push_back(argument);
    }
    if (matches(kHelp, name)) return &kHelp;
    if (begins(kHelp, name)) beginning.push_back(&kHelp);
    if (beginning.size() < 2) return beginning.empty() ? nullptr : beginning.front();
    std::vector<std::string> names;
    for (const Argument* argument : beginning) names.push_back(fmt::format("--{}", argument->option.name));
    return fmt::format("ambiguous option: {} could match {}", name, fmt::join(names, ", "));
  }

  static bool matches(const Argument& argument, std::string_view name) {
    const OptionSpec& option = argument.option;
    if (name.starts_with("--")) return name.substr(2) == option.name;
    return !option.letter.empty() && name.substr(1) == option.letter;
  }

  static bool begins(const Argument& argument, std::string_view name) {
    return name.size() > 2 && name.starts_with("--") && argument.option.name.starts_with(name.substr(2));
  }

  Read take_value(const ArgumentList& list, const Argument& argument, std::optional<std::string> value) {
    if (argument.option.value.empty()) {
      if (value) {
        return NoCall{&list, fmt::format("argument {}: ignore implicit argument '{}'", names_of(argument), *value)};
      }
      plain_.push_back(fmt::format("--{}", argument.option.name));
      return {};
    }
    if (!value && at_ < arguments_.size() && !looks_like_option(arguments_[at_])) value = arguments_[at_++];
    const bool several = argument.kind == Argument::Kind::texts;
    if (!value) {
      return NoCall{&list, fmt::format("argument {}: expected {}", names_of(argument),
                                       several ? "at least one argument" : "one argument")};
    }
    if (const auto wanted = not_of_kind(argument.kind, *value); !wanted.empty()) {
      return NoCall{&list, fmt::format("argument {}: could not convert '{}' to {} (For input string: \"{}\")",
                                       names_of(argument), *value, wanted, *value)};
    }
    plain_.push_back(fmt::format("--{}={}", argument.option.name, *value));
    while (several && at_ < arguments_.size() && !looks_like_option(arguments_[at_])) {
      plain_.push_back(fmt::format("--{}={}", argument.option.name, arguments_[at_++]));
    }
    return {};
  }

  Read note(const ArgumentList& list, const Argument& argument, Used& used) {
    used.all.push_back(&argument);
    if (!argument.exclusive) return {};
    if (used.exclusive != nullptr && used.exclusive != &argument) {
      return NoCall{&list, fmt::format("argument {}: not allowed with argument {}", names_of(argument),
                                       names_of(*used.exclusive))};
    }
    used.exclusive = &argument;
    return {};
  }

  static Read check(const ArgumentList& list, const Used& used) {
    std::vector<std::string> exclusive;
    for (const Argument& argument : list.takes) {
      if (argument.exclusive) exclusive.push_back(names_of(argument));
      if (!argument.required || std::ranges::find(used.all, &argument) != used.all.end()) continue;
      return NoCall{&list, fmt::format("argument {} is required", names_of(argument))};
    }
    if (!list.needs_exclusive || used.exclusive != nullptr) return {};
    return NoCall{&list, fmt::format("one of the arguments {} is required", fmt::join(exclusive, " "))};
  }

  // The command of that name, or the only one that begins so.
  Result<const ArgumentList*, std::string> find_command(std::string_view name) const {
    std::vector<const ArgumentList*> beginning;
    for (const ArgumentList& command : grammar_.commands) {
      if (command.name == name) return &command;
      if (!name.empty() && command.name.starts_with(name)) beginning.push_back(&command);
    }
    if (beginning.size() == 1) return beginning.front();
    std::vector<std::string> names;
    if (!beginning.empty()) {
      for (const ArgumentList* command : beginning) names.emplace_back(command->name);
      return fmt::format("ambiguous command: {} could match {}", name, fmt::join(names, ", "));
    }
    for (const ArgumentList& command : grammar_.commands) names.push_back(fmt::format("'{}'", command.name));
    return fmt::format("invalid choice: '{}' (choose from {})", name, fmt::join(names, ", "));
  }

  const Grammar& grammar_;
  const Arguments& arguments_;
  std::size_t at_ = 0;
  Arguments plain_;
};

}  // namespace

Result<Call, NoCall> read_call(const Grammar& grammar, const Arguments& arguments) {
  return Reader(grammar, arguments).read();
}

std::string help_text(const Grammar& grammar, const ArgumentList& of) {
  std::vector<OptionSpec> specs;
  for (const Argument& argument : of.takes) specs.push_back(argument.option);
  specs.push_back(kHelp.option);
  std::string text = fmt::format("usage: {}", grammar.program.name);
  const bool whole = &of == &grammar.program;
  if (!whole) text += fmt::format(" {}", of.name);
  text += fmt::format(" OPTIONS{}\n\n{}\n\n", whole && !grammar.commands.empty() ? " COMMAND OPTIONS" : "", of.about);
  if (whole) {
    for (const auto& command : grammar.commands) text += fmt::format("  {:<36} {}\n", command.name, command.about);
    if (!grammar.commands.empty()) text += "\n";
  }
  return text + options_help(specs);
}

void print_no_call(Console& console, const Grammar& grammar, const NoCall& no_call) {
  const std::string help = help_text(grammar, *no_call.of);
  if (no_call.wrong.empty()) return console.out(help);
  console.complain("{}: error: {}\n{}", grammar.program.name, no_call.wrong, help);
}

}  // namespace millrace::cli
