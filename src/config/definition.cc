#include "config/definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace millrace::config {
namespace {

std::string choices(std::string_view list) {
  std::string text(list);
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.replace(at, 1, ", ");
  return text;
}

std::pair<std::string_view, std::string_view> type_range(Type type) {
  switch (type) {
    case Type::short_: return {"-32768", "32767"};
    case Type::int_: return {"-2147483648", "2147483647"};
    case Type::long_: return {"-9223372036854775808", "9223372036854775807"};
    default: return {"", ""};
  }
}

std::string numbers(const Definition& definition) {
  const Rule& rule = definition.rule;
  auto [low, high] = type_range(definition.type);
  if (rule.kind == Rule::gzip_level) return "a whole number from 1 to 9, or -1";
  if (rule.kind == Rule::at_least || rule.kind == Rule::range) low = rule.first;
  if (rule.kind == Rule::range) high = rule.second;
  if (definition.type != Type::double_) return fmt::format("a whole number from {} to {}", low, high);
  if (low.empty()) return "a number";
  return high.empty() ? fmt::format("a number, at least {}", low) : fmt::format("a number from {} to {}", low, high);
}

}  // namespace

std::span<const Definition> definitions(Scope scope) {
  const auto all = all_definitions();
  const auto begin = std::ranges::lower_bound(all, scope, {}, &Definition::scope);
  return {begin, std::ranges::upper_bound(all, scope, {}, &Definition::scope)};
}

const Definition* find_definition(Scope scope, std::string_view name) {
  const auto some = definitions(scope);
  const auto at = std::ranges::lower_bound(some, name, {}, &Definition::name);
  return at != some.end() && at->name == name ? &*at : nullptr;
}

std::span<const Synonym> synonyms(Scope scope, std::string_view name) {
  const auto key = [](const Synonym& synonym) { return std::pair(synonym.scope, synonym.name); };
  const auto all = all_synonyms();
  const auto begin = std::ranges::lower_bound(all, std::pair(scope, name), {}, key);
  return {begin, std::ranges::upper_bound(all, std::pair(scope, name), {}, key)};
}

std::string_view type_name(Type type) {
  switch (type) {
    case Type::boolean_: return "BOOLEAN";
    case Type::int_: return "INT";
    case Type::short_: return "SHORT";
    case Type::long_: return "LONG";
    case Type::double_: return "DOUBLE";
    case Type::string_: return "STRING";
    case Type::list_: return "LIST";
    case Type::class_: return "CLASS";
    case Type::password_: return "PASSWORD";
  }
  return "";
}

std::string allowed_values(const Definition& definition) {
  const Rule& rule = definition.rule;
  switch (definition.type) {
    case Type::boolean_: return "true or false";
    case Type::int_:
    case Type::short_:
    case Type::long_:
    case Type::double_: return numbers(definition);
    default: break;
  }
  switch (rule.kind) {
    case Rule::one_of: return "one of " + choices(rule.first);
    case Rule::one_of_any_case: return "one of " + choices(rule.first) + ", in upper or lower case";
    case Rule::non_empty: return "a text that is not empty";
    case Rule::list: return "a list separated by commas, without empty entries";
    case Rule::list_non_empty: return "a list separated by commas, with at least one entry and no empty ones";
    case Rule::list_of: return "a list of " + choices(rule.first) + ", or empty";
    case Rule::list_of_non_empty: return "a list of " + choices(rule.first) + ", with at least one entry";
    case Rule::throttled_replicas: return "* or a list of partition:broker pairs";
    case Rule::offset_reset: return "earliest, latest or by_duration:PnDTnHnMn.nS";
    case Rule::voters: return "a list of id@host:port";
    case Rule::servers: return "a list of host:port";
    default: return "any text";
  }
}

}  // namespace millrace::config
