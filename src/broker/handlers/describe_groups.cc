#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/handlers/gather.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/operations.h"
#include "groups/group_coordinator.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_groups.h"

namespace millrace::broker {
namespace {

using protocol::DescribeGroupsResponse;
using protocol::Errc;
using Described = std::vector<groups::DescribedGroup>;

constexpr std::int16_t kFirstWithNotFound = 6;

// KIP-1043: before version 6 a group that does not exist is one that is dead.
void fill(const groups::DescribedGroup& group, bool operations, std::int16_t version,
          DescribeGroupsResponse::DescribedGroup& out) {
  const bool missing = group.error == to_wire(Errc::group_id_not_found);
  out.error_code = missing && version < kFirstWithNotFound ? to_wire(Errc::none) : group.error;
  if (out.error_code != 0 && !group.message.empty()) out.error_message = group.message;
  out.group_id = group.id;
  out.group_state = group.state;
  out.protocol_type = group.protocol_type;
  out.protocol_data = group.protocol;
  if (operations && out.error_code == 0) out.authorized_operations = kGroupOperations;
  for (const groups::DescribedGroup::Member& member : group.members) {
    out.members.push_back({member.id, member.instance_id, member.client_id, member.client_host,
                           member.metadata.bytes(), member.assignment.bytes()});
  }
}

void answer_groups(Request& request, const std::vector<Described>& parts, bool operations) {
  DescribeGroupsResponse response;
  for (const Described& part : parts) {
    for (const groups::DescribedGroup& group : part) {
      fill(group, operations, request.version(), response.groups.emplace_back());
    }
  }
  answer(request, response);
}

}  // namespace

// Members and states of classic groups, from the shards of their coordinators.
void describe_groups(RequestPtr request, Broker& broker) {
  const auto body = read_body<protocol::DescribeGroupsRequest>(*request);
  if (!body) return;
  std::map<ShardId, std::vector<std::string>> by_shard;
  for (const std::string_view group : body->groups) by_shard[broker.groups().place_of(group).shard].emplace_back(group);
  auto gather = std::make_shared<Gather<Described>>(
      [request, operations = body->include_authorized_operations](std::vector<Described> parts) {
        answer_groups(*request, parts, operations);
      });
  for (auto& [shard, ids] : by_shard) {
    broker.crossing().ask<Described>(
        shard,
        [ids = std::move(ids), image = broker.image()](Broker& there, Callback<void(Described)> reply) {
          there.observe(image);
          reply(there.groups().coordinator().describe(ids));
        },
        gather->slot());
  }
  gather->seal();
}

}  // namespace millrace::broker
