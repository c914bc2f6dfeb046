#include "broker/connection_limits.h"

#include <algorithm>
#include <limits>
#include <string>

namespace millrace::broker {
namespace {

std::uint32_t count_of(std::int64_t value) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, std::numeric_limits<std::int32_t>::max()));
}

std::uint32_t count_in_force(std::string_view name, const config::ServerLayers& layers) {
  const auto value = config::resolve_server(name, layers);
  const auto* count = std::get_if<std::int64_t>(&value);
  return count_of(count != nullptr ? *count : std::numeric_limits<std::int32_t>::max());
}

}  // namespace

ports::ListenLimits connection_limits(const config::ServerConfig& config, const config::ServerLayers& layers) {
  ports::ListenLimits limits;
  limits.idle_timeout = config.network.idle_timeout;
  limits.max_connections = count_in_force("max.connections", layers);
  limits.max_connections_per_address = count_in_force("max.connections.per.ip", layers);
  const auto overrides = config::value_text(config::resolve_server("max.connections.per.ip.overrides", layers));
  for (const std::string& entry : config::split_list(overrides.value_or(""))) {
    const auto colon = entry.rfind(':');
    const auto count = colon != std::string::npos ? config::parse_whole(entry.substr(colon + 1)) : std::nullopt;
    if (count) limits.max_from_address[entry.substr(0, colon)] = count_of(*count);
  }
  return limits;
}

}  // namespace millrace::broker
