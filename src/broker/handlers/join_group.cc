#include "broker/handlers/group_requests.h"
#include "protocol/gen/join_group.h"

namespace millrace::broker {

// KIP-345, KIP-394, KIP-559. Waits in the coordinator until the group has formed.
void join_group(RequestPtr request, Broker& broker) {
  auto body = read_body<protocol::JoinGroupRequest>(*request);
  if (!body) return;
  const std::string_view group = body->group_id;
  to_group(std::move(request), broker, group, std::move(*body), &groups::GroupCoordinator::join);
}

}  // namespace millrace::broker
