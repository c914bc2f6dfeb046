#include "broker/handlers/group_requests.h"
#include "protocol/gen/leave_group.h"

namespace millrace::broker {

// KIP-345: several members at once since version 3.
void leave_group(RequestPtr request, Broker& broker) {
  auto body = read_body<protocol::LeaveGroupRequest>(*request);
  if (!body) return;
  const std::string_view group = body->group_id;
  to_group(std::move(request), broker, group, std::move(*body), &groups::GroupCoordinator::leave);
}

}  // namespace millrace::broker
