#include "config/server_change.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "config/listener_change.h"

namespace millrace::config {
namespace {

using Check = Result<void, std::string>;
using Names = std::vector<std::string_view>;

constexpr std::array<std::string_view, 3> kForAllListeners = {"max.connections", "max.connection.creation.rate",
                                                              "num.network.threads"};
constexpr std::array<std::string_view, 5> kThreads = {"background.threads", "num.io.threads", "num.network.threads",
                                                      "num.recovery.threads.per.data.dir", "num.replica.fetchers"};

template <typename Array>
bool contains(const Array& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// "listener.name.NAME.SETTING" is the setting of one listener.
std::string_view base_name(std::string_view name) {
  constexpr std::string_view kPrefix = "listener.name.";
  if (!name.starts_with(kPrefix)) return name;
  const auto dot = name.find('.', kPrefix.size());
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

const Definition* known(std::string_view name) {
  const auto* definition = find_definition(Scope::broker, name);
  return definition != nullptr && !definition->plugin ? definition : nullptr;
}

bool is_fixed(std::string_view name) {
  const auto* definition = known(name);
  return definition != nullptr && definition->update == Update::read_only && !definition->dynamic_only;
}

bool needs_listener(std::string_view name) {
  const auto* definition = known(name);
  return definition != nullptr && definition->update == Update::per_broker && name.starts_with("ssl.");
}

bool is_one_servers(std::string_view name) {
  const std::string_view base = base_name(name);
  if (base != name) return !contains(kForAllListeners, base);
  const auto* definition = known(name);
  return definition != nullptr && definition->update == Update::per_broker;
}

template <typename Test>
Check none_of(const Overrides& proposed, Test test, std::string_view message) {
  Names names;
  for (const auto& [name, text] : proposed) {
    if (test(name)) names.push_back(name);
  }
  if (names.empty()) return {};
  return fmt::format("{}: [{}]", message, fmt::join(names, ", "));
}

Check readable(const Overrides& proposed) {
  for (const auto& [name, text] : proposed) {
    const auto* definition = known(base_name(name));
    if (definition == nullptr) continue;
    if (const auto value = parse_value(*definition, text); !value.ok()) return value.error().reason;
  }
  return {};
}

// Answers what a setting would be, and what it is.
class Comparison {
 public:
  Comparison(const Overrides& proposed, bool per_broker, const ServerLayers& current)
      : current_(current), next_(current) {
    (per_broker ? next_.dynamic_broker : next_.dynamic_default) = &proposed;
  }

  const ServerLayers& next() const { return next_; }
  std::optional<std::int64_t> number(std::string_view name) const { return number_in(next_, name); }
  std::optional<std::int64_t> number_now(std::string_view name) const { return number_in(current_, name); }
  std::optional<std::string> text(std::string_view name) const { return value_text(resolve_server(name, next_)); }

 private:
  static std::optional<std::int64_t> number_in(const ServerLayers& layers, std::string_view name) {
    const Value read = resolve_server(name, layers);
    const auto* whole = std::get_if<std::int64_t>(&read);
    return whole != nullptr ? std::optional(*whole) : std::nullopt;
  }

  const ServerLayers current_;
  ServerLayers next_;
};

Check threads_change_slowly(const Comparison& values) {
  for (const auto name : kThreads) {
    const auto next = values.number(name);
    const auto now = values.number_now(name);
    if (!next || !now || *next == *now) continue;
    const auto refused = [&, given = *next](std::string_view what) {
      return fmt::format(
          "Dynamic thread count update validation failed for {}={}, value should {} the current value {}", name, given,
          what, *now);
    };
    if (*next < *now / 2) return refused("be at least half");
    if (*next > *now * 2) return refused("not be greater than double");
  }
  const auto next = values.number("log.cleaner.threads");
  const auto now = values.number_now("log.cleaner.threads");
  if (!next || !now) return {};
  if (*next < *now / 2) {
    return fmt::format("Log cleaner threads cannot be reduced to less than half the current value {}", *now);
  }
  if (*next > *now * 2) {
    return fmt::format("Log cleaner threads cannot be increased to more than double the current value {}", *now);
  }
  return {};
}

// -2: as much as the whole.
Check local_within(const Comparison& values, std::string_view local_name, std::string_view whole_name) {
  const auto local = values.number(local_name);
  const auto whole = values.number(whole_name);
  if (!local || !whole || *local == -2 || *whole == -1) return {};
  if (*local == -1) {
    return fmt::format("Invalid value {} for configuration {}: Value must not be -1 as {} value is set as {}.", *local,
                       local_name, whole_name, *whole);
  }
  if (*local <= *whole) return {};
  return fmt::format("Invalid value {} for configuration {}: Value must not be more than property {} value: {}", *local,
                     local_name, whole_name, *whole);
}

Check addresses_can_be_bounded(const Comparison& values) {
  if (values.number("max.connections.per.ip") != 0) return {};
  if (!values.text("max.connections.per.ip.overrides").value_or("").empty()) return {};
  return std::string(
      "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.");
}

}  // namespace

Result<void, std::string> check_server_change(const Overrides& proposed, bool per_broker, const ServerLayers& current) {
  MR_TRY(none_of(proposed, is_fixed, "Cannot update these configs dynamically"));
  MR_TRY(none_of(proposed, needs_listener,
                 "These security configs can be dynamically updated only per-listener using the listener prefix"));
  MR_TRY(readable(proposed));
  if (!per_broker) {
    MR_TRY(none_of(proposed, is_one_servers,
                   "Cannot update these configs at default cluster level, broker id must be specified"));
  }
  const Comparison values(proposed, per_broker, current);
  MR_TRY(threads_change_slowly(values));
  MR_TRY(local_within(values, "log.local.retention.ms", "log.retention.ms"));
  MR_TRY(local_within(values, "log.local.retention.bytes", "log.retention.bytes"));
  MR_TRY(addresses_can_be_bounded(values));
  return check_listener_change(values.next(), current);
}

}  // namespace millrace::config
