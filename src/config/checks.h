#pragma once

#include "config/reader.h"
#include "config/server_config.h"

namespace millrace::config {

// What settings demand of each other, beyond each one's own rule and the listeners (listeners.h).
// Preconditions: every single value was checked; the roles, node id, quorum and listeners of `config` are filled.
Check check_relations(const Reader& reader, const ServerConfig& config);

// Refuses what would be unsafe to ignore while it is not built: TLS, SASL, authorizers.
Check check_security(const Reader& reader, const ServerConfig& config);

}  // namespace millrace::config
