#include "config/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "config/endpoint.h"

namespace millrace::config {
namespace {

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

template <typename Visit>
bool any_choice(std::string_view choices, Visit visit) {
  for (;;) {
    const std::size_t end = choices.find('|');
    if (visit(choices.substr(0, end))) return true;
    if (end == std::string_view::npos) return false;
    choices.remove_prefix(end + 1);
  }
}
bool is_choice(std::string_view choices, std::string_view text, bool any_case) {
  return any_choice(choices, [&](auto choice) { return any_case ? same_letters(choice, text) : choice == text; });
}
std::string listed(std::string_view choices) {
  std::string text;
  any_choice(choices, [&](auto choice) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", choice);
    return false;
  });
  return text;
}

// Builds the problem with Kafka's wording of `why` for one offending part of the value.
Problem problem(const Definition& definition, std::string_view text, std::string_view offender, std::string_view why) {
  const bool secret = definition.secret();
  return {
      std::string(definition.name), secret ? "[hidden]" : std::string(text), allowed_values(definition),
      fmt::format("Invalid value {} for configuration {}: {}", secret ? "[hidden]" : offender, definition.name, why)};
}
// As above, where Kafka's words do not follow the common form.
Problem problem_saying(const Definition& definition, std::string_view text, std::string reason) {
  return {std::string(definition.name), std::string(text), allowed_values(definition), std::move(reason)};
}

std::optional<double> parse_double(std::string_view text) {
  if (!text.empty() && std::string_view("fFdD").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// As Java prints a double: shortest digits, with an exponent below 0.001 and from ten millions on.
std::string double_text(double value) {
  const double size = std::fabs(value);
  if (size != 0 && (size < 1e-3 || size >= 1e7)) {
    std::string text;
    for (int precision = 0; precision <= 16; ++precision) {
      text = fmt::format("{:.{}e}", value, precision);
      if (parse_double(text) == value) break;
    }
    const std::string digits = text.substr(0, text.find('e'));
    const std::string exponent = text.substr(text.find('e') + 1);
    return fmt::format("{}{}E{}", digits, digits.find('.') == std::string::npos ? ".0" : "", *parse_whole(exponent));
  }
  std::string text = fmt::format("{}", value);
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

bool fits(Type type, std::int64_t value) {
  if (type == Type::short_) return value >= INT16_MIN && value <= INT16_MAX;
  if (type == Type::int_) return value >= INT32_MIN && value <= INT32_MAX;
  return true;
}

// What is wrong with a number under its rule, in Kafka's words; empty when nothing is.
template <typename Number, typename Parse>
std::string bound_broken(const Rule& rule, Number value, Parse parse) {
  if (rule.kind == Rule::gzip_level) {
    const bool ok = value == -1 || (value >= 1 && value <= 9);
    return ok ? "" : "Value must be between 1 and 9 or equal to -1";
  }
  const bool bounded = rule.kind == Rule::at_least || rule.kind == Rule::range;
  if (bounded && value < *parse(rule.first)) return fmt::format("Value must be at least {}", rule.first);
  if (rule.kind == Rule::range && value > *parse(rule.second)) {
    return fmt::format("Value must be no more than {}", rule.second);
  }
  return "";
}

Result<Value, Problem> parse_number(const Definition& definition, std::string_view raw) {
  const std::string_view text = trimmed(raw);
  const std::string not_a_number = fmt::format("Not a number of type {}", type_name(definition.type));
  std::string broken;
  Value value;
  if (definition.type == Type::double_) {
    const auto number = parse_double(text);
    if (!number) return problem(definition, raw, raw, not_a_number);
    broken = bound_broken(definition.rule, *number, parse_double);
    value = *number;
  } else {
    const auto number = parse_whole(text);
    if (!number || !fits(definition.type, *number)) return problem(definition, raw, raw, not_a_number);
    broken = bound_broken(definition.rule, *number, parse_whole);
    value = *number;
  }
  if (!broken.empty()) {
    const bool whole = std::holds_alternative<std::int64_t>(value);
    return problem(definition, raw,
                   whole ? std::to_string(std::get<std::int64_t>(value)) : double_text(std::get<double>(value)),
                   broken);
  }
  return value;
}

// Takes the decimal digits off the beginning of `rest`; returns how many there were.
std::size_t take_digits(std::string_view& rest) {
  std::size_t count = 0;
  while (count < rest.size() && rest[count] >= '0' && rest[count] <= '9') ++count;
  rest.remove_prefix(count);
  return count;
}

// ISO 8601 durations as java.time.Duration reads them, without minus signs: P[nD][T[nH][nM][n.nS]].
bool is_duration(std::string_view text) {
  constexpr std::size_t kMaxDigits = 15;
  constexpr std::size_t kMaxFraction = 9;
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || (text.front() != 'P' && text.front() != 'p')) return false;
  text.remove_prefix(1);
  std::string_view units = "DTHMS";
  bool parts = false;
  bool after_t = false;
  while (!text.empty()) {
    if (text.front() == 'T' || text.front() == 't') {
      if (after_t || text.size() == 1) return false;
      after_t = true;
      units = "HMS";
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == '+') text.remove_prefix(1);
    const std::size_t digits = take_digits(text);
    if (digits == 0 || digits > kMaxDigits) return false;
    const bool fraction = !text.empty() && (text.front() == '.' || text.front() == ',');
    if (fraction) {
      text.remove_prefix(1);
      if (take_digits(text) > kMaxFraction) return false;
    }
    if (text.empty()) return false;
    const char unit = text.front() >= 'a' ? static_cast<char>(text.front() - 32) : text.front();
    const std::size_t at = unit == 'T' ? std::string_view::npos : units.find(unit);
    if (at == std::string_view::npos || (unit != 'D' && !after_t) || (fraction && unit != 'S')) return false;
    units.remove_prefix(at + 1);
    text.remove_prefix(1);
    parts = true;
  }
  return parts;
}

Result<Value, Problem> parse_text(const Definition& definition, std::string_view text) {
  const Rule& rule = definition.rule;
  if (rule.kind == Rule::one_of && !is_choice(rule.first, text, false)) {
    return problem(definition, text, text, "String must be one of: " + listed(rule.first));
  }
  if (rule.kind == Rule::one_of_any_case && !is_choice(rule.first, text, true)) {
    return problem(definition, text, text, "String must be one of (case insensitive): " + listed(rule.first));
  }
  if (rule.kind == Rule::non_empty && text.empty()) return problem(definition, text, text, "String must be non-empty");
  constexpr std::string_view kByDuration = "by_duration:";
  const bool resets = text == "earliest" || text == "latest" ||
                      (text.starts_with(kByDuration) && is_duration(text.substr(kByDuration.size())));
  if (rule.kind == Rule::offset_reset && !resets) {
    return problem(definition, text, text,
                   fmt::format("Invalid value `{}` for configuration {}. The value must be either 'earliest', "
                               "'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
                               text, definition.name));
  }
  return Value(std::string(text));
}

bool throttled(const List& list) {
  if (list.empty() || (list.size() == 1 && list.front() == "*")) return true;
  for (std::string_view entry : list) {
    if (entry.empty()) continue;
    const bool pair = take_digits(entry) > 0 && entry.starts_with(':');
    if (pair) entry.remove_prefix(1);
    if (!pair || take_digits(entry) == 0 || !entry.empty()) return false;
  }
  return true;
}

Result<Value, Problem> check_plain_list(const Definition& definition, std::string_view text, List list) {
  const Rule& rule = definition.rule;
  const bool limited = rule.kind == Rule::list_of || rule.kind == Rule::list_of_non_empty;
  const bool needs_one = rule.kind == Rule::list_non_empty || rule.kind == Rule::list_of_non_empty;
  if (needs_one && list.empty()) {
    const std::string valid = limited ? fmt::format("[{}]", listed(rule.first)) : "any non-empty value";
    return problem_saying(
        definition, text,
        fmt::format("Configuration '{}' must not be empty. Valid values include: {}", definition.name, valid));
  }
  List distinct;
  for (auto& entry : list) {
    if (entry.empty()) {
      return problem_saying(definition, text,
                            fmt::format("Configuration '{}' values must not be empty.", definition.name));
    }
    if (limited && !is_choice(rule.first, entry, false)) {
      return problem(definition, text, entry, "String must be one of: " + listed(rule.first));
    }
    if (std::ranges::find(distinct, entry) == distinct.end()) distinct.push_back(std::move(entry));
  }
  return Value(std::move(distinct));
}

Result<Value, Problem> parse_list(const Definition& definition, std::string_view text) {
  List list = split_list(text);
  switch (definition.rule.kind) {
    case Rule::throttled_replicas:
      if (throttled(list)) return Value(std::move(list));
      return problem(definition, text, fmt::format("[{}]", fmt::join(list, ", ")),
                     fmt::format("{} must be the literal '*' or a list of replicas in the following format: "
                                 "[partitionId]:[brokerId],[partitionId]:[brokerId],...",
                                 definition.name));
    case Rule::voters:
      for (const auto& entry : list) {
        if (!parse_voter(entry)) return problem(definition, text, entry, "each entry must have the form id@host:port");
      }
      return Value(std::move(list));
    case Rule::servers:
      for (const auto& entry : list) {
        if (!parse_host_port(entry)) return problem(definition, text, entry, "each entry must have the form host:port");
      }
      return Value(std::move(list));
    default: return check_plain_list(definition, text, std::move(list));
  }
}

}  // namespace

std::string Problem::line() const { return fmt::format("{}={} is not allowed: must be {}", name, value, allowed); }

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

List split_list(std::string_view text) {
  text = trimmed(text);
  List parts;
  if (text.empty()) return parts;
  for (;;) {
    const std::size_t end = text.find(',');
    parts.emplace_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<Value, Problem> parse_value(const Definition& definition, std::string_view raw) {
  const std::string_view text = trimmed(raw);
  switch (definition.type) {
    case Type::boolean_:
      if (same_letters(text, "true")) return Value(true);
      if (same_letters(text, "false")) return Value(false);
      return problem(definition, raw, raw, "Expected value to be either true or false");
    case Type::list_: return parse_list(definition, text);
    case Type::string_:
    case Type::class_:
    case Type::password_: return parse_text(definition, text);
    default: return parse_number(definition, raw);
  }
}

Value default_value(const Definition& definition) {
  MR_ASSERT(definition.presence != Default::required);
  if (definition.presence == Default::none) return {};
  auto value = parse_value(definition, definition.default_text);
  MR_ASSERT(value.ok());
  return std::move(value).value();
}

std::optional<std::string> value_text(const Value& value) {
  switch (value.index()) {
    case 1: return std::get<bool>(value) ? "true" : "false";
    case 2: return std::to_string(std::get<std::int64_t>(value));
    case 3: return double_text(std::get<double>(value));
    case 4: return std::get<std::string>(value);
    case 5: return fmt::format("{}", fmt::join(std::get<List>(value), ","));
    default: return std::nullopt;
  }
}

}  // namespace millrace::config
