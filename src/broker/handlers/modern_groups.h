#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/handlers/gather.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/operations.h"
#include "groups/group_coordinator.h"
#include "protocol/errc.h"

namespace millrace::broker {

// Answers a request that names groups of a newer protocol (ConsumerGroupDescribe and its like) from the shards of their
// coordinators. Below level 1 of `feature` every group is UNSUPPORTED_VERSION.
template <typename Request_, typename Response>
void describe_modern_groups(RequestPtr request, Broker& broker, std::string_view feature) {
  const auto body = read_body<Request_>(*request);
  if (!body) return;
  if (broker.image()->feature(feature) < 1) {
    Response refused;
    for (const std::string_view group : body->group_ids) {
      auto& one = refused.groups.emplace_back();
      one.group_id = group;
      one.error_code = protocol::to_wire(protocol::Errc::unsupported_version);
    }
    return answer(*request, refused);
  }
  std::map<ShardId, std::vector<std::string>> by_shard;
  for (const std::string_view group : body->group_ids) {
    by_shard[broker.groups().place_of(group).shard].emplace_back(group);
  }
  auto gather = std::make_shared<Gather<Buffer>>(
      [request, operations = body->include_authorized_operations](std::vector<Buffer> parts) {
        Response whole;
        for (const Buffer& bytes : parts) {
          Response part;
          if (!protocol::decode_body(bytes.bytes(), request->version(), part).ok()) continue;
          for (auto& group : part.groups) {
            if (operations && group.error_code == 0) group.authorized_operations = kGroupOperations;
            whole.groups.push_back(std::move(group));
          }
        }
        answer(*request, whole);
      });
  for (auto& [shard, ids] : by_shard) {
    broker.crossing().ask<Buffer>(
        shard,
        [ids = std::move(ids), image = broker.image(), version = request->version()](Broker& there,
                                                                                  Callback<void(Buffer)> reply) {
          there.observe(image);
          reply(there.groups().coordinator().template describe_modern<Response>(ids, version));
        },
        gather->slot());
  }
  gather->seal();
}

}  // namespace millrace::broker
