#include "broker/handlers/group_requests.h"
#include "protocol/gen/offset_commit.h"

namespace millrace::broker {

// Answered when the offsets are committed in their partition of __consumer_offsets.
void offset_commit(RequestPtr request, Broker& broker) {
  auto body = read_body<protocol::OffsetCommitRequest>(*request);
  if (!body) return;
  const std::string_view group = body->group_id;
  to_group(std::move(request), broker, group, std::move(*body), &groups::GroupCoordinator::commit_offsets);
}

}  // namespace millrace::broker
