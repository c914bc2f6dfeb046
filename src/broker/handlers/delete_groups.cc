#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/handlers/gather.h"
#include "broker/handlers/handlers.h"
#include "groups/group_coordinator.h"
#include "protocol/gen/delete_groups.h"

namespace millrace::broker {
namespace {

using Deleted = std::vector<groups::DeletedGroup>;

void answer_groups(Request& request, const std::vector<Deleted>& parts) {
  protocol::DeleteGroupsResponse response;
  for (const Deleted& part : parts) {
    for (const groups::DeletedGroup& group : part) response.results.push_back({group.id, group.error});
  }
  answer(request, response);
}

}  // namespace

// KIP-229: groups without members, with their offsets. One that is named twice is answered once.
void delete_groups(RequestPtr request, Broker& broker) {
  const auto body = read_body<protocol::DeleteGroupsRequest>(*request);
  if (!body) return;
  std::map<ShardId, std::vector<std::string>> by_shard;
  std::set<std::string_view> seen;
  for (const std::string_view group : body->groups_names) {
    if (seen.insert(group).second) by_shard[broker.groups().place_of(group).shard].emplace_back(group);
  }
  auto gather = std::make_shared<Gather<Deleted>>(
      [request](std::vector<Deleted> parts) { answer_groups(*request, parts); });
  for (auto& [shard, ids] : by_shard) {
    broker.crossing().ask<Deleted>(
        shard,
        [ids = std::move(ids), image = broker.image()](Broker& there, Callback<void(Deleted)> reply) mutable {
          there.observe(image);
          there.groups().coordinator().delete_groups(std::move(ids), std::move(reply));
        },
        gather->slot());
  }
  gather->seal();
}

}  // namespace millrace::broker
