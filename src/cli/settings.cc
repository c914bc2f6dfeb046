#include "cli/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/nearest.h"
#include "cli/connect.h"
#include "cli/profile.h"
#include "cli/times.h"
#include "config/properties.h"

namespace millrace::cli {
namespace {

constexpr auto kClientScopes = std::to_array({config::Scope::admin, config::Scope::consumer, config::Scope::producer});
constexpr auto kOwn = std::to_array<std::string_view>({"format", "color"});
constexpr std::string_view kVariables = "MILLRACE_";
// Options that are another name of a setting.
constexpr auto kFlags = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"bootstrap-server", "bootstrap.servers"},
    {"bootstrap-controller", "bootstrap.controllers"},
    {"format", "format"},
    {"color", "color"},
});

// "MILLRACE_BOOTSTRAP_SERVERS" for "bootstrap.servers".
std::string setting_of(std::string_view variable) {
  std::string name(variable.substr(kVariables.size()));
  for (char& c : name) c = c == '_' ? '.' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

constexpr std::string_view kServers = "bootstrap.servers";
constexpr std::string_view kControllers = "bootstrap.controllers";

class Gathering {
 public:
  // Whoever comes first counts. Servers and controllers both say where the cluster is: where some are named, the others
  // of a place farther away do not count.
  void offer(const std::string& name, std::string value, const std::string& origin) {
    const std::string_view rival = name == kServers ? kControllers : name == kControllers ? kServers : "";
    const auto at = places_.find(rival);
    if (at != places_.end() && at->second < place_) return;
    if (settings_.try_emplace(name, Setting{std::move(value), origin}).second) places_[name] = place_;
  }
  // What is offered from here on comes from a place that is farther away.
  void next_place() { ++place_; }
  void offer_all(const std::vector<config::Property>& properties, const std::string& origin, std::string& warnings) {
    for (auto at = properties.rbegin(); at != properties.rend(); ++at) {
      if (is_setting(at->key)) {
        offer(at->key, at->value, origin);
      } else {
        warnings += fmt::format("{}: {} is not a client setting; it has no effect\n", origin, at->key);
      }
    }
  }
  Settings take() { return std::move(settings_); }

 private:
  Settings settings_;
  std::map<std::string, int, std::less<>> places_;
  int place_ = 0;
};

Outcome<void> flags(const Options& options, Gathering& all) {
  for (const auto& [option, name] : kFlags) {
    if (const auto value = options.value(option)) all.offer(std::string(name), *value, fmt::format("--{}", option));
  }
  if (const auto text = options.value("timeout")) {
    const auto millis = parse_duration(*text);
    if (!millis || *millis < 1) {
      return Failure{kUsage, fmt::format("--timeout {}: write it as a number with a unit, such as 500ms, 10s or 2m",
                                         *text)};
    }
    all.offer("default.api.timeout.ms", std::to_string(*millis), "--timeout");
  }
  all.next_place();
  const auto sets = options.all("set");
  for (auto at = sets.rbegin(); at != sets.rend(); ++at) {
    const std::size_t equals = at->find('=');
    if (equals == std::string::npos) return Failure{kUsage, fmt::format("-X {}: write it as KEY=VALUE", *at)};
    const std::string name = at->substr(0, equals);
    if (!is_setting(name)) return unknown_setting(name);
    all.offer(name, at->substr(equals + 1), "-X");
  }
  return {};
}

}  // namespace

bool is_setting(std::string_view name) {
  return std::ranges::find(kOwn, name) != kOwn.end() ||
         std::ranges::any_of(kClientScopes, [&](auto scope) { return config::find_definition(scope, name); });
}

Failure unknown_setting(std::string_view name) {
  Nearest near(name, 6);
  for (const auto own : kOwn) near.offer(own);
  for (const auto scope : kClientScopes) {
    for (const auto& definition : config::definitions(scope)) near.offer(definition.name);
  }
  const auto hint = near.best().empty() ? std::string() : fmt::format("; {} is one", near.best());
  return {kUsage, fmt::format("{} is not a client setting{}", name, hint)};
}

Outcome<Settings> gather_settings(const Options& options, const Surroundings& around, std::string& warnings) {
  Gathering all;
  MR_TRY(flags(options, all));
  all.next_place();
  if (const auto path = options.value("command-config")) {
    const auto text = read_text(*path);
    if (!text) return text.error();
    const auto parsed = config::parse_properties(*text);
    if (!parsed) return Failure{kUsage, fmt::format("{}:{}: {}", *path, parsed.error().line, parsed.error().reason)};
    all.offer_all(*parsed, *path, warnings);
  }
  all.next_place();
  for (const auto& [variable, value] : around.environment) {
    if (!variable.starts_with(kVariables)) continue;
    if (const auto name = setting_of(variable); is_setting(name)) all.offer(name, value, variable);
  }
  all.next_place();
  std::string profile = options.get("profile");
  if (profile.empty()) profile = current_profile(around);
  if (!profile.empty()) {
    const auto read = read_profile(around, profile);
    if (!read) return read.error();
    all.offer_all(*read, "profile " + profile, warnings);
  }
  Settings settings = all.take();
  const auto fallback = [&](const char* name, const char* value) {
    settings.try_emplace(name, Setting{value, "default"});
  };
  if (!settings.contains(std::string(kControllers))) fallback("bootstrap.servers", "localhost:9092");
  fallback("default.api.timeout.ms", "15000");
  // Nobody waits for a cluster that refuses; the time limit is for what happens once one is reached.
  fallback("millrace.bootstrap.give.up.ms", "1500");
  fallback("client.id", "millrace-cli");
  fallback("format", "table");
  fallback("color", "auto");
  return settings;
}

void configure(const Settings& settings, config::Scope scope, client::Config& config) {
  for (const auto& [name, setting] : settings) {
    if (config::find_definition(scope, name) != nullptr) config.set_text(name, setting.value);
  }
}

}  // namespace millrace::cli
