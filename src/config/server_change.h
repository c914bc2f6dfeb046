#pragma once

#include <string>

#include "base/result.h"
#include "config/layers.h"

namespace millrace::config {

// Whether the dynamic settings of a server, or of all servers, may become `proposed` while this server runs; unchanged
// ones among them. `per_broker`: of this server; otherwise of all. `current`: what is in force now. Names that are not
// known are allowed, as with Kafka: they may be a plug-in's. The error is the message of an INVALID_REQUEST answer, in
// Kafka's words where it has some.
//
// Refused: settings that are fixed at the start, TLS settings that do not name a listener, values that are no such
// value, settings of one server for all, thread counts less than half or more than double of what they are, and local
// retention beyond the whole; and listeners that check_listener_change refuses.
Result<void, std::string> check_server_change(const Overrides& proposed, bool per_broker, const ServerLayers& current);

}  // namespace millrace::config
