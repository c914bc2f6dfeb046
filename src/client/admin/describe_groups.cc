#include <iterator>
#include <optional>

#include "client/admin/groups.h"
#include "protocol/gen/consumer_group_describe.h"
#include "protocol/gen/consumer_protocol_assignment.h"
#include "protocol/gen/describe_groups.h"
#include "protocol/gen/share_group_describe.h"
#include "protocol/gen/streams_group_describe.h"
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

std::vector<TopicPartition> assignment_of(const ShareGroupDescribeResponse::Assignment& assignment) {
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
  group.authorized_operations = operations(from.authorized_operations);
  return group;
}

GroupDescription description(const ConsumerGroupDescribeResponse::DescribedGroup& from) {
  GroupDescription group{std::string(from.group_id),    "Consumer", "consumer",
                         std::string(from.group_state), std::string(from.assignor_name), from.group_epoch, {}};
  for (const auto& member : from.members) {
    group.members.push_back({std::string(member.member_id), optional_text(member.instance_id),
                             std::string(member.client_id), std::string(member.client_host),
                             assignment_of(member.assignment), assignment_of(member.target_assignment),
                             member.member_epoch});
    auto& to = group.members.back();
    to.rack = optional_text(member.rack_id);
    if (member.member_type >= 0) to.speaks_classic = member.member_type == 0;
  }
  group.target_epoch = from.assignment_epoch;
  group.authorized_operations = operations(from.authorized_operations);
  return group;
}

GroupDescription description(const ShareGroupDescribeResponse::DescribedGroup& from) {
  GroupDescription group{std::string(from.group_id),    "Share", "share",
                         std::string(from.group_state), std::string(from.assignor_name), from.group_epoch, {}};
  for (const auto& member : from.members) {
    group.members.push_back({std::string(member.member_id), std::nullopt, std::string(member.client_id),
                             std::string(member.client_host), assignment_of(member.assignment), {},
                             member.member_epoch});
    group.members.back().rack = optional_text(member.rack_id);
  }
  group.target_epoch = from.assignment_epoch;
  group.authorized_operations = operations(from.authorized_operations);
  return group;
}

std::vector<std::string> texts(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

std::vector<std::string> names(const std::vector<StreamsGroupDescribeResponse::TopicInfo>& topics) {
  std::vector<std::string> result;
  for (const auto& topic : topics) result.emplace_back(topic.name);
  return result;
}

std::vector<StreamsTasks> tasks(const std::vector<StreamsGroupDescribeResponse::TaskIds>& from) {
  std::vector<StreamsTasks> result;
  for (const auto& one : from) result.push_back({std::string(one.subtopology_id), one.partitions});
  return result;
}

std::vector<StreamsTaskOffset> offsets(const std::vector<StreamsGroupDescribeResponse::TaskOffset>& from) {
  std::vector<StreamsTaskOffset> result;
  for (const auto& one : from) result.push_back({std::string(one.subtopology_id), one.partition, one.offset});
  return result;
}

StreamsMember streams_member(const StreamsGroupDescribeResponse::Member& from) {
  StreamsMember to;
  to.topology_epoch = from.topology_epoch;
  to.process_id = from.process_id;
  if (from.user_endpoint) {
    to.host = from.user_endpoint->host;
    to.port = from.user_endpoint->port;
  }
  for (const auto& tag : from.client_tags) to.tags.emplace(tag.key, tag.value);
  to.active_target = tasks(from.target_assignment.active_tasks);
  to.standby_target = tasks(from.target_assignment.standby_tasks);
  to.warmup_target = tasks(from.target_assignment.warmup_tasks);
  to.offsets = offsets(from.task_offsets);
  to.end_offsets = offsets(from.task_end_offsets);
  return to;
}

GroupDescription description(const StreamsGroupDescribeResponse::DescribedGroup& from) {
  GroupDescription group{std::string(from.group_id), "Streams", "streams", std::string(from.group_state), "",
                         from.group_epoch, {}};
  for (const auto& member : from.members) {
    GroupMember to{std::string(member.member_id), optional_text(member.instance_id), std::string(member.client_id),
                   std::string(member.client_host), {}, {}, member.member_epoch};
    to.active_tasks = tasks(member.assignment.active_tasks);
    to.standby_tasks = tasks(member.assignment.standby_tasks);
    to.warmup_tasks = tasks(member.assignment.warmup_tasks);
    to.rack = optional_text(member.rack_id);
    to.speaks_classic = member.is_classic;
    to.streams = streams_member(member);
    group.members.push_back(std::move(to));
  }
  group.target_epoch = from.assignment_epoch;
  group.authorized_operations = operations(from.authorized_operations);
  if (from.topology) group.topology_epoch = from.topology->epoch;
  if (!from.topology || !from.topology->subtopologies) return group;
  for (const auto& part : *from.topology->subtopologies) {
    group.topology.push_back({std::string(part.subtopology_id), texts(part.source_topics),
                              texts(part.repartition_sink_topics), names(part.repartition_source_topics),
                              names(part.state_changelog_topics)});
  }
  return group;
}

// Asks for a group as one of a type; all types' messages have the same shape.
template <typename R, typename M>
void describe_as(AdminCore& core, const std::string& id, bool authorized, Millis timeout,
                 Done<GroupDescription> done) {
  ask<GroupDescription, R, M>(
      core, coordinator(id), timeout,
      [id, authorized](std::int16_t) {
        M request;
        request.include_authorized_operations = authorized;
        if constexpr (requires { request.group_ids; }) {
          request.group_ids.push_back(id);
        } else {
          request.groups.push_back(id);
        }
        return request;
      },
      [](const Answer<R>& answer) {
        return answer.body.groups.empty() ? Errc::none : from_wire(answer.body.groups.front().error_code);
      },
      [id](const Answer<R>& answer) -> Result<GroupDescription> {
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

// The types in the order of how many groups have them; the last word is that of the classic one, which every broker
// knows.
using DescribeAs = void (*)(AdminCore&, const std::string&, bool, Millis, Done<GroupDescription>);
constexpr DescribeAs kTypes[] = {
    describe_as<ConsumerGroupDescribeResponse, ConsumerGroupDescribeRequest>,
    describe_as<DescribeGroupsResponse, DescribeGroupsRequest>,
    describe_as<ShareGroupDescribeResponse, ShareGroupDescribeRequest>,
    describe_as<StreamsGroupDescribeResponse, StreamsGroupDescribeRequest>,
};
constexpr std::size_t kClassic = 1;

// Whether the group has another type, or none: a broker may not know the type at all, and a classic group that nobody
// knows is called dead.
bool other_type(const Result<GroupDescription>& group) {
  if (group.ok()) return group->state == "Dead";
  const Error& why = group.error();
  return why.is(ErrorCode::group_id_not_found) || why.is(ErrorCode::unsupported_version) ||
         why.is(Cause::unsupported_version);
}

void describe_one(AdminCore& core, const std::string& id, bool authorized, Millis timeout, std::size_t type,
                  std::optional<Result<GroupDescription>> classic, Done<GroupDescription> done) {
  kTypes[type](core, id, authorized, timeout,
               [&core, alive = core.cluster.alive(), id, authorized, timeout, type, classic = std::move(classic),
                done = std::move(done)](Result<GroupDescription> group) mutable {
                 if (!other_type(group) || alive.expired()) return done(std::move(group));
                 if (type == kClassic) classic = std::move(group);
                 if (type + 1 == std::size(kTypes)) return done(*std::move(classic));
                 describe_one(core, id, authorized, timeout, type + 1, std::move(classic), std::move(done));
               });
}

}  // namespace

void describe_groups(AdminCore& core, std::vector<std::string> ids, bool authorized, Millis timeout,
                     Done<Items<std::string, GroupDescription>> done) {
  auto all = gather<Items<std::string, GroupDescription>>(std::move(done));
  for (const std::string& id : ids) {
    describe_one(core, id, authorized, timeout, 0, std::nullopt, [all, id](Result<GroupDescription> group) {
      all->value.push_back({id, std::move(group)});
    });
  }
}

}  // namespace millrace::client::admin
