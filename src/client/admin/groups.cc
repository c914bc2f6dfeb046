#include "client/admin/groups.h"

#include <algorithm>

#include "protocol/gen/consumer_group_describe.h"
#include "protocol/gen/consumer_protocol_assignment.h"
#include "protocol/gen/delete_groups.h"
#include "protocol/gen/describe_groups.h"
#include "protocol/gen/leave_group.h"
#include "protocol/gen/list_groups.h"
#include "protocol/versioned.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

Target coordinator(const std::string& group) { return Target::coordinator(CoordinatorType::group, group); }

std::vector<TopicPartition> assignment_of(Bytes bytes) {
  ConsumerProtocolAssignment assignment;
  std::vector<TopicPartition> result;
  if (bytes.empty() || !decode_versioned_or_newest(bytes, assignment).ok()) return result;
  for (const auto& topic : assignment.assigned_partitions) {
    for (const auto partition : topic.partitions) result.push_back({std::string(topic.topic), partition});
  }
  return result;
}

std::vector<TopicPartition> assignment_of(const ConsumerGroupDescribeResponse::Assignment& assignment) {
  std::vector<TopicPartition> result;
  for (const auto& topic : assignment.topic_partitions) {
    for (const auto partition : topic.partitions) result.push_back({std::string(topic.topic_name), partition});
  }
  return result;
}

GroupDescription description(const DescribeGroupsResponse::DescribedGroup& from) {
  GroupDescription group{std::string(from.group_id),    "Classic", std::string(from.protocol_type),
                         std::string(from.group_state), std::string(from.protocol_data), -1, {}};
  for (const auto& member : from.members) {
    group.members.push_back({std::string(member.member_id), optional_text(member.group_instance_id),
                             std::string(member.client_id), std::string(member.client_host),
                             assignment_of(member.member_assignment), {}});
  }
  return group;
}

GroupDescription description(const ConsumerGroupDescribeResponse::DescribedGroup& from) {
  GroupDescription group{std::string(from.group_id),    "Consumer", "consumer",
                         std::string(from.group_state), std::string(from.assignor_name), from.group_epoch, {}};
  for (const auto& member : from.members) {
    group.members.push_back({std::string(member.member_id), optional_text(member.instance_id),
                             std::string(member.client_id), std::string(member.client_host),
                             assignment_of(member.assignment), assignment_of(member.target_assignment)});
  }
  return group;
}

void describe_classic(AdminCore& core, const std::string& id, Millis timeout, Done<GroupDescription> done) {
  ask<GroupDescription, DescribeGroupsResponse, DescribeGroupsRequest>(
      core, coordinator(id), timeout,
      [id](std::int16_t) {
        DescribeGroupsRequest request;
        request.groups.push_back(id);
        return request;
      },
      [](const Answer<DescribeGroupsResponse>& answer) {
        return answer.body.groups.empty() ? Errc::none : from_wire(answer.body.groups.front().error_code);
      },
      [id](const Answer<DescribeGroupsResponse>& answer) -> Result<GroupDescription> {
        if (answer.body.groups.empty()) return broker_error(Errc::group_id_not_found, "describing group " + id);
        const auto& group = answer.body.groups.front();
        const auto status = broker_status(group.error_code, "describing group " + id, text(group.error_message));
        if (!status.ok()) return status.error();
        GroupDescription described = description(group);
        described.coordinator = answer.from.value();
        return described;
      },
      std::move(done));
}

// Groups of KIP-848 are asked for first; what is none, or a broker that knows none, is a classic one.
void describe_one(AdminCore& core, const std::string& id, Millis timeout, Done<GroupDescription> done) {
  ask<GroupDescription, ConsumerGroupDescribeResponse, ConsumerGroupDescribeRequest>(
      core, coordinator(id), timeout,
      [id](std::int16_t) {
        ConsumerGroupDescribeRequest request;
        request.group_ids.push_back(id);
        return request;
      },
      [](const Answer<ConsumerGroupDescribeResponse>& answer) {
        return answer.body.groups.empty() ? Errc::none : from_wire(answer.body.groups.front().error_code);
      },
      [id](const Answer<ConsumerGroupDescribeResponse>& answer) -> Result<GroupDescription> {
        if (answer.body.groups.empty()) return broker_error(Errc::group_id_not_found, "describing group " + id);
        const auto& group = answer.body.groups.front();
        const auto status = broker_status(group.error_code, "describing group " + id, text(group.error_message));
        if (!status.ok()) return status.error();
        GroupDescription described = description(group);
        described.coordinator = answer.from.value();
        return described;
      },
      [&core, alive = core.cluster.alive(), id, timeout,
       done = std::move(done)](Result<GroupDescription> group) mutable {
        const bool classic = !group.ok() && (group.error().is(ErrorCode::group_id_not_found) ||
                                             group.error().is(ErrorCode::unsupported_version) ||
                                             group.error().is(Cause::unsupported_version));
        if (!classic || alive.expired()) return done(std::move(group));
        describe_classic(core, id, timeout, std::move(done));
      });
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
          [](const Answer<ListGroupsResponse>& answer) -> Result<Groups> {
            const auto status = broker_status(answer.body.error_code, "listing groups");
            if (!status.ok()) return status.error();
            Groups groups;
            for (const auto& group : answer.body.groups) {
              groups.push_back({std::string(group.group_id), std::string(group.protocol_type),
                                std::string(group.group_state), std::string(group.group_type)});
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

void describe_groups(AdminCore& core, std::vector<std::string> ids, Millis timeout,
                     Done<Items<std::string, GroupDescription>> done) {
  auto all = gather<Items<std::string, GroupDescription>>(std::move(done));
  for (const std::string& id : ids) {
    describe_one(core, id, timeout, [all, id](Result<GroupDescription> group) {
      all->value.push_back({id, std::move(group)});
    });
  }
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

void remove_group_members(AdminCore& core, std::string id, std::vector<std::string> instances, std::string reason,
                          Millis timeout, Done<Items<std::string>> done) {
  ask<Items<std::string>, LeaveGroupResponse, LeaveGroupRequest>(
      core, coordinator(id), timeout,
      [id, instances = std::move(instances), reason = std::move(reason)](std::int16_t) {
        LeaveGroupRequest request;
        request.group_id = id;
        for (const std::string& instance : instances) {
          auto& member = request.members.emplace_back();
          member.group_instance_id = instance;
          if (!reason.empty()) member.reason = reason;
        }
        return request;
      },
      by_code,
      [id](const Answer<LeaveGroupResponse>& answer) -> Result<Items<std::string>> {
        const auto status = broker_status(answer.body.error_code, "removing members of group " + id);
        if (!status.ok()) return status.error();
        Items<std::string> items;
        for (const auto& member : answer.body.members) {
          const std::string instance = text(member.group_instance_id);
          items.push_back({instance, broker_status(member.error_code, "removing " + instance + " of group " + id)});
        }
        return items;
      },
      std::move(done), VersionRange{3, LeaveGroupRequest::kMaxVersion});
}

}  // namespace millrace::client::admin
