#include "broker/handlers/group_requests.h"
#include "protocol/gen/offset_delete.h"

namespace millrace::broker {

// KIP-496: committed offsets of topics that no member reads.
void offset_delete(RequestPtr request, Broker& broker) {
  auto body = read_body<protocol::OffsetDeleteRequest>(*request);
  if (!body) return;
  const std::string_view group = body->group_id;
  to_group(std::move(request), broker, group, std::move(*body), &groups::GroupCoordinator::delete_offsets);
}

}  // namespace millrace::broker
