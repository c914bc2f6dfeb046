#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/handlers/gather.h"
#include "broker/handlers/handlers.h"
#include "groups/group_coordinator.h"
#include "protocol/gen/list_groups.h"

namespace millrace::broker {
namespace {

void answer_lists(Request& request, const std::vector<groups::ListAnswer>& lists) {
  protocol::ListGroupsResponse response;
  for (const groups::ListAnswer& list : lists) {
    if (list.error != 0) response.error_code = list.error;
  }
  for (const groups::ListAnswer& list : lists) {
    if (response.error_code != 0) break;
    for (const groups::ListedGroup& group : list.groups) {
      response.groups.push_back({group.id, group.protocol_type, group.state, group.type});
    }
  }
  answer(request, response);
}

}  // namespace

// KIP-518, KIP-848: the groups that this node coordinates, by state and type.
void list_groups(RequestPtr request, Broker& broker) {
  const auto body = read_body<protocol::ListGroupsRequest>(*request);
  if (!body) return;
  groups::ListQuery query;
  query.states.assign(body->states_filter.begin(), body->states_filter.end());
  query.types.assign(body->types_filter.begin(), body->types_filter.end());
  auto gather = std::make_shared<Gather<groups::ListAnswer>>(
      [request](std::vector<groups::ListAnswer> lists) { answer_lists(*request, lists); });
  for (std::uint32_t shard = 0; shard < broker.shard().count; ++shard) {
    broker.crossing().ask<groups::ListAnswer>(
        ShardId(shard),
        [query, image = broker.image()](Broker& there, Callback<void(groups::ListAnswer)> reply) {
          there.observe(image);
          reply(there.groups().coordinator().list(query));
        },
        gather->slot());
  }
  gather->seal();
}

}  // namespace millrace::broker
