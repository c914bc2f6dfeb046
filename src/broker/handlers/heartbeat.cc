#include "broker/handlers/group_requests.h"
#include "protocol/gen/heartbeat.h"

namespace millrace::broker {

// Tells the coordinator that a member is alive, and the member whether to join again.
void heartbeat(RequestPtr request, Broker& broker) {
  auto body = read_body<protocol::HeartbeatRequest>(*request);
  if (!body) return;
  const std::string_view group = body->group_id;
  to_group(std::move(request), broker, group, std::move(*body), &groups::GroupCoordinator::heartbeat);
}

}  // namespace millrace::broker
