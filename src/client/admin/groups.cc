#include "client/admin/groups.h"

#include <algorithm>
#include <functional>
#include <set>

#include "protocol/gen/delete_groups.h"
#include "protocol/gen/leave_group.h"
#include "protocol/gen/list_groups.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

Target coordinator(const std::string& group) { return Target::coordinator(CoordinatorType::group, group); }

// "Consumer": brokers say it in small letters.
std::string type_name(std::string_view type) {
  std::string name(type);
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

}  // namespace

void list_groups(AdminCore& core, ListGroupsOptions options, Millis timeout, Done<std::vector<ListedGroup>> done) {
  using Groups = std::vector<ListedGroup>;
  VersionRange versions = Cluster::stable_versions(ListGroupsRequest::kApi);
  if (!options.states.empty()) versions.min = 4;
  if (!options.types.empty()) versions.min = 5;
  auto all = gather<Groups>(std::move(done));
  live_brokers(core, timeout, [&core, options, timeout, versions, all](Result<std::vector<NodeId>> live) {
    if (!live) return all->fail(live.error());
    for (const NodeId id : *live) {
      ask<Groups, ListGroupsResponse, ListGroupsRequest>(
          core, Target::node(id), timeout,
          [options](std::int16_t) {
            ListGroupsRequest request;
            for (const auto& state : options.states) request.states_filter.push_back(state);
            for (const auto& type : options.types) request.types_filter.push_back(type);
            return request;
          },
          by_code,
          [protocols = std::set<std::string, std::less<>>(options.protocols.begin(), options.protocols.end())](
              const Answer<ListGroupsResponse>& answer) -> Result<Groups> {
            const auto status = broker_status(answer.body.error_code, "listing groups");
            if (!status.ok()) return status.error();
            Groups groups;
            for (const auto& group : answer.body.groups) {
              if (!protocols.empty() && !protocols.contains(group.protocol_type)) continue;
              groups.push_back({std::string(group.group_id), std::string(group.protocol_type),
                                std::string(group.group_state), type_name(group.group_type)});
            }
            return groups;
          },
          [all](Result<Groups> groups) {
            if (!groups) return all->fail(groups.error());
            for (auto& group : *groups) all->value.push_back(std::move(group));
          },
          versions);
    }
  });
}

void delete_groups(AdminCore& core, std::vector<std::string> ids, Millis timeout, Done<Items<std::string>> done) {
  auto all = gather<Items<std::string>>(std::move(done));
  for (const std::string& id : ids) {
    ask<void, DeleteGroupsResponse, DeleteGroupsRequest>(
        core, coordinator(id), timeout,
        [id](std::int16_t) {
          DeleteGroupsRequest request;
          request.groups_names.push_back(id);
          return request;
        },
        [](const Answer<DeleteGroupsResponse>& answer) {
          return answer.body.results.empty() ? Errc::none : from_wire(answer.body.results.front().error_code);
        },
        [id](const Answer<DeleteGroupsResponse>& answer) -> Result<void> {
          if (answer.body.results.empty()) return broker_error(Errc::group_id_not_found, "deleting group " + id);
          return broker_status(answer.body.results.front().error_code, "deleting group " + id);
        },
        [all, id](Result<void> result) { all->value.push_back({id, std::move(result)}); });
  }
}

namespace {

// Members by their ids, or by their group.instance.id.
void remove_members(AdminCore& core, const std::string& id, std::vector<std::string> members, bool instances,
                    std::string reason, Millis timeout, Done<Items<std::string>> done) {
  ask<Items<std::string>, LeaveGroupResponse, LeaveGroupRequest>(
      core, coordinator(id), timeout,
      [id, members = std::move(members), instances, reason = std::move(reason)](std::int16_t version) {
        LeaveGroupRequest request;
        request.group_id = id;
        for (const std::string& one : members) {
          auto& member = request.members.emplace_back();
          if (instances) {
            member.group_instance_id = one;
          } else {
            member.member_id = one;
          }
          if (version >= 5 && !reason.empty()) member.reason = reason;
        }
        return request;
      },
      by_code,
      [id, instances](const Answer<LeaveGroupResponse>& answer) -> Result<Items<std::string>> {
        const auto status = broker_status(answer.body.error_code, "removing members of group " + id);
        if (!status.ok()) return status.error();
        Items<std::string> items;
        for (const auto& member : answer.body.members) {
          const std::string key = instances ? text(member.group_instance_id) : std::string(member.member_id);
          items.push_back({key, broker_status(member.error_code, "removing " + key + " of group " + id)});
        }
        return items;
      },
      std::move(done), VersionRange{3, LeaveGroupRequest::kMaxVersion});
}

}  // namespace

void remove_group_members(AdminCore& core, std::string id, std::vector<std::string> instances, std::string reason,
                          Millis timeout, Done<Items<std::string>> done) {
  remove_members(core, id, std::move(instances), true, std::move(reason), timeout, std::move(done));
}

void remove_all_group_members(AdminCore& core, std::string id, std::string reason, Millis timeout,
                              Done<Items<std::string>> done) {
  describe_groups(core, {id}, false, timeout,
                  [&core, alive = core.cluster.alive(), id, reason = std::move(reason), timeout,
                   done = std::move(done)](Result<Items<std::string, GroupDescription>> described) mutable {
                    if (alive.expired()) return done(local_error(Cause::closed, "the client was closed"));
                    const auto& group = described->front().result;
                    if (!group) return done(group.error());
                    std::vector<std::string> members;
                    for (const auto& member : group->members) members.push_back(member.id);
                    if (members.empty()) return done(Items<std::string>());
                    remove_members(core, id, std::move(members), false, std::move(reason), timeout, std::move(done));
                  });
}

}  // namespace millrace::client::admin
