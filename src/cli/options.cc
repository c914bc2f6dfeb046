#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace millrace::cli {
namespace {

const OptionSpec* find(std::span<const OptionSpec> specs, std::string_view name) {
  const auto at = std::ranges::find_if(
      specs, [&](const OptionSpec& spec) { return spec.name == name || (!name.empty() && spec.letter == name); });
  return at == specs.end() ? nullptr : &*at;
}

bool is_option(std::string_view text) {
  return text.size() > 1 && text[0] == '-' && !whole_number(text) && text != "--";
}

}  // namespace

Result<Options, std::string> Options::parse(std::span<const OptionSpec> specs, std::span<const std::string> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view text = arguments[i];
    if (text == "--") {
      options.rest_.insert(options.rest_.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                           arguments.end());
      break;
    }
    if (!is_option(text)) {
      options.rest_.emplace_back(text);
      continue;
    }
    std::string_view name = text.substr(text.starts_with("--") ? 2 : 1);
    std::optional<std::string> value;
    const OptionSpec* spec = find(specs, name);
    if (const std::size_t equals = name.find('='); spec == nullptr && equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
      spec = find(specs, name);
    }
    if (spec == nullptr) return fmt::format("{} is not a recognized option", name);
    if (spec->value.empty() && value) return fmt::format("Option {} does not take a value", name);
    auto& values = options.values_[std::string(spec->name)];
    if (!spec->value.empty() && !value) {
      const bool follows = i + 1 < arguments.size() && (!spec->value_optional || !is_option(arguments[i + 1]));
      if (follows) {
        value = arguments[++i];
      } else if (!spec->value_optional) {
        return fmt::format("Option {} requires an argument", name);
      }
    }
    if (value) values.push_back(*std::move(value));
  }
  return options;
}

std::string Options::get(std::string_view name, std::string_view fallback) const {
  return value(name).value_or(std::string(fallback));
}

std::optional<std::string> Options::value(std::string_view name) const {
  const auto at = values_.find(name);
  if (at == values_.end() || at->second.empty()) return std::nullopt;
  return at->second.front();
}

std::vector<std::string> Options::all(std::string_view name) const {
  const auto at = values_.find(name);
  return at == values_.end() ? std::vector<std::string>() : at->second;
}

std::string options_help(std::span<const OptionSpec> specs) {
  std::vector<OptionSpec> sorted(specs.begin(), specs.end());
  std::ranges::sort(sorted, {}, &OptionSpec::name);
  std::string text;
  for (const OptionSpec& spec : sorted) text += fmt::format("  {:<36} {}\n", option_form(spec), spec.help);
  return text;
}

std::string option_form(const OptionSpec& spec) {
  std::string text = spec.letter.empty() ? std::string() : fmt::format("-{}, ", spec.letter);
  text += fmt::format("--{}", spec.name);
  if (spec.value_optional) return text + fmt::format(" [{}]", spec.value);
  return spec.value.empty() ? text : text + fmt::format(" {}", spec.value);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> split_list(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find(separator), text.size());
    std::string_view part = text.substr(0, at);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    parts.emplace_back(part);
    text.remove_prefix(std::min(at + 1, text.size()));
  }
  return parts;
}

}  // namespace millrace::cli
