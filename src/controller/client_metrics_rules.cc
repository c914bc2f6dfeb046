#include <algorithm>
#include <array>
#include <regex>

#include "config/definition.h"
#include "config/value.h"
#include "controller/config_rules.h"
#include "controller/limits.h"

namespace millrace::controller {
namespace {

using protocol::Errc;

constexpr std::int64_t kLeastInterval = 100;
constexpr std::int64_t kMostInterval = 3'600'000;
constexpr std::array<std::string_view, 6> kSelectors = {
    "client_instance_id",      "client_id",          "client_software_name",
    "client_software_version", "client_source_port", "client_source_address"};

// std::regex reports what it cannot read by an exception; it goes no further than here.
bool is_regex(const std::string& text) {
  if (text.size() > kMaxMatchPattern) return false;
  try {
    const std::regex compiled(text);
    return true;
  } catch (const std::regex_error&) {
    return false;
  }
}

bool is_pattern(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || text.find('=', equals + 1) != std::string::npos) return false;
  const std::string_view selector = config::trimmed(std::string_view(text).substr(0, equals));
  return std::find(kSelectors.begin(), kSelectors.end(), selector) != kSelectors.end() &&
         is_regex(std::string(config::trimmed(std::string_view(text).substr(equals + 1))));
}

}  // namespace

Refusal check_client_metrics(const std::string& name, const config::Overrides& all) {
  if (name.empty()) return {Errc::invalid_request, "Subscription name can't be empty"};
  for (const auto& [setting, text] : all) {
    if (config::find_definition(config::Scope::client_metrics, setting) == nullptr) {
      return {Errc::invalid_request, "Unknown client metrics configuration: " + setting};
    }
  }
  for (const auto& [setting, text] : all) {
    const auto* definition = config::find_definition(config::Scope::client_metrics, setting);
    const auto parsed = config::parse_value(*definition, text);
    if (!parsed.ok()) return {Errc::invalid_config, parsed.error().reason};
    if (setting == "interval.ms") {
      const auto interval = std::get<std::int64_t>(*parsed);
      if (interval < kLeastInterval || interval > kMostInterval) {
        return {Errc::invalid_request, "Invalid value " + std::to_string(interval) +
                                           " for interval.ms, interval must be between 100 and 3600000 (1 hour)"};
      }
    } else if (setting == "match") {
      for (const std::string& pattern : std::get<config::List>(*parsed)) {
        if (!is_pattern(pattern)) return {Errc::invalid_config, "Illegal client matching pattern: " + pattern};
      }
    }
  }
  return {};
}

}  // namespace millrace::controller
