#pragma once

#include <string>
#include <vector>

#include "broker/broker.h"
#include "broker/telemetry.h"

namespace millrace::broker {

// Who pushes with this request, under this instance id.
inline TelemetryClient telemetry_client(const Request& request, const Uuid& instance) {
  return {instance,
          std::string(request.header().client_id.value_or("")),
          request.client()->software_name,
          request.client()->software_version,
          request.peer().host,
          request.peer().port};
}

// The shard that knows the client, whichever connection it comes by.
inline ShardId telemetry_shard(Broker& broker, const Uuid& instance) {
  return ShardId(static_cast<std::uint32_t>((instance.high ^ instance.low) % broker.shard().count));
}

}  // namespace millrace::broker
