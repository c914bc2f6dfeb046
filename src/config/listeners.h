#pragma once

#include "config/reader.h"
#include "config/server_config.h"

namespace millrace::config {

// Fills names, addresses and protocols of `network` from the settings, and checks them against each other and the
// roles. The roles must be known.
Check read_listeners(const Reader& reader, bool is_broker, bool is_controller, NetworkConfig& network);

}  // namespace millrace::config
