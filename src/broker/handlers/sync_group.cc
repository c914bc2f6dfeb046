#include "broker/handlers/group_requests.h"
#include "protocol/gen/sync_group.h"

namespace millrace::broker {

// Waits in the coordinator until the leader has brought the assignment.
void sync_group(RequestPtr request, Broker& broker) {
  auto body = read_body<protocol::SyncGroupRequest>(*request);
  if (!body) return;
  const std::string_view group = body->group_id;
  to_group(std::move(request), broker, group, std::move(*body), &groups::GroupCoordinator::sync);
}

}  // namespace millrace::broker
