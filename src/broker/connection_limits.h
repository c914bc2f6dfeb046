#pragma once

#include "config/layers.h"
#include "config/server_config.h"
#include "ports/net.h"

namespace millrace::broker {

// How many connections may be open, as the settings in force say: max.connections of each listener,
// max.connections.per.ip and its overrides by address. Overrides by a host's name do not count: nothing here looks up
// names. Idle connections as the server was started.
ports::ListenLimits connection_limits(const config::ServerConfig& config, const config::ServerLayers& layers);

}  // namespace millrace::broker
