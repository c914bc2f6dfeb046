#pragma once

#include <string>

#include "base/result.h"
#include "config/layers.h"
#include "config/server_config.h"

namespace millrace::config {

// Where a server listens by all its settings: `listeners` and `listener.security.protocol.map` may be set on the
// running server (KIP-226), everything else of it is fixed. The error is one line, as at a start.
Result<NetworkConfig, std::string> listeners_in_force(const ServerLayers& layers);

// Whether both have the same text for what can be changed of the listeners.
bool same_listeners(const ServerLayers& one, const ServerLayers& other);

// Whether a server that runs with `current` may go on with the listeners of `next`. Listeners come and go by their
// names: one that stays keeps its address until a restart, and must keep its protocol. The error is the message of an
// INVALID_REQUEST answer.
Result<void, std::string> check_listener_change(const ServerLayers& next, const ServerLayers& current);

}  // namespace millrace::config
