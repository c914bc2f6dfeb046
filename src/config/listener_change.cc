#include "config/listener_change.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "config/listeners.h"

namespace millrace::config {
namespace {

constexpr std::array<std::string_view, 2> kChangeable = {"listener.security.protocol.map", "listeners"};

// What was set for this running server itself, where it counts.
const std::string* set_while_running(const ServerLayers& layers, std::string_view name) {
  if (layers.dynamic_broker == nullptr) return nullptr;
  const auto at = layers.dynamic_broker->find(name);
  return at != layers.dynamic_broker->end() ? &at->second : nullptr;
}

}  // namespace

Result<NetworkConfig, std::string> listeners_in_force(const ServerLayers& layers) {
  Settings settings;
  if (layers.fixed != nullptr) settings = *layers.fixed;
  for (const auto name : kChangeable) {
    const std::string* text = set_while_running(layers, name);
    if (text != nullptr) settings[std::string(name)] = {*text, Origin::set_option, "set on this broker"};
  }
  const Reader reader(settings);
  MR_TRY(reader.check_values());
  const List roles = reader.list("process.roles");
  const auto has_role = [&](std::string_view role) { return std::ranges::find(roles, role) != roles.end(); };
  NetworkConfig network;
  MR_TRY(read_listeners(reader, has_role("broker"), has_role("controller"), network));
  return network;
}

bool same_listeners(const ServerLayers& one, const ServerLayers& other) {
  return std::ranges::all_of(kChangeable, [&](std::string_view name) {
    return value_text(resolve_server(name, one)) == value_text(resolve_server(name, other));
  });
}

Result<void, std::string> check_listener_change(const ServerLayers& next, const ServerLayers& current) {
  if (same_listeners(next, current)) return {};
  const auto wanted = listeners_in_force(next);
  if (!wanted.ok()) return wanted.error();
  const auto now = listeners_in_force(current);
  if (!now.ok()) return {};
  for (const Listener& listener : now->listeners) {
    if (std::ranges::find(wanted->listeners, listener.name, &Listener::name) == wanted->listeners.end()) continue;
    if (wanted->protocols.find(listener.name)->second == now->protocols.find(listener.name)->second) continue;
    return fmt::format("Security protocol cannot be updated for existing listener {}", listener.name);
  }
  return {};
}

}  // namespace millrace::config
