#include "config/reader.h"

namespace millrace::config {

Check Reader::check_values() const {
  for (const auto& [name, given] : settings_) {
    const auto* definition = find_definition(Scope::broker, name);
    if (definition == nullptr || definition->dynamic_only) continue;
    if (const auto parsed = parse_value(*definition, given.text); !parsed.ok()) {
      return fmt::format("{}: {}", given.place, parsed.error().line());
    }
  }
  return {};
}

Check Reader::check_providers() const {
  if (!is_set("config.providers") || split_list(given("config.providers")->text).empty()) return {};
  for (const auto& [name, given] : settings_) {
    const std::size_t begin = given.text.find("${");
    if (begin == std::string::npos || given.text.find(':', begin) == std::string::npos) continue;
    return refuse(name, "config providers are not built; write the value itself");
  }
  return {};
}

Value Reader::value(std::string_view name) const {
  const auto* definition = find_definition(Scope::broker, name);
  MR_ASSERT(definition != nullptr);
  const Given* explicit_value = given(name);
  if (explicit_value == nullptr) return default_value(*definition);
  auto parsed = parse_value(*definition, explicit_value->text);
  MR_ASSERT(parsed.ok());
  return std::move(parsed).value();
}

Refusal Reader::refuse(std::string_view name, std::string_view why) const {
  if (const Given* explicit_value = given(name)) {
    const auto* definition = find_definition(Scope::broker, name);
    const bool secret = definition != nullptr && definition->secret();
    return fmt::format("{}: {}={} is not allowed: {}", explicit_value->place, name,
                       secret ? std::string_view("[hidden]") : std::string_view(explicit_value->text), why);
  }
  const auto* definition = find_definition(Scope::broker, name);
  if (definition == nullptr || definition->presence != Default::value)
    return fmt::format("{} is not set: {}", name, why);
  return fmt::format("{} is not set and its default {} is not allowed: {}", name, definition->default_text, why);
}

}  // namespace millrace::config
