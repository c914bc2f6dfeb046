#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "groups/admin/modern_description.h"
#include "groups/modern_record.h"
#include "protocol/gen/streams_group_current_member_assignment_record.h"
#include "protocol/gen/streams_group_member_metadata_record.h"
#include "protocol/gen/streams_group_target_assignment_member_record.h"
#include "protocol/gen/streams_group_topology_record.h"

namespace millrace::groups::admin {
namespace {

using protocol::StreamsGroupCurrentMemberAssignmentKey;
using protocol::StreamsGroupCurrentMemberAssignmentValue;
using protocol::StreamsGroupDescribeResponse;
using protocol::StreamsGroupMemberMetadataKey;
using protocol::StreamsGroupMemberMetadataValue;
using protocol::StreamsGroupTargetAssignmentMemberKey;
using protocol::StreamsGroupTargetAssignmentMemberValue;
using protocol::StreamsGroupTopologyKey;
using protocol::StreamsGroupTopologyValue;
using Member = StreamsGroupDescribeResponse::Member;

template <typename From>
std::vector<StreamsGroupDescribeResponse::TaskIds> tasks_of(const From& parts) {
  std::vector<StreamsGroupDescribeResponse::TaskIds> tasks;
  for (const auto& part : parts) tasks.push_back({part.subtopology_id, part.partitions});
  return tasks;
}

template <typename Value>
StreamsGroupDescribeResponse::Assignment tasks_in(const Value& value) {
  return {tasks_of(value.active_tasks), tasks_of(value.standby_tasks), tasks_of(value.warmup_tasks)};
}

void introduce(const StreamsGroupMemberMetadataValue& value, Member& member) {
  member.instance_id = value.instance_id;
  member.rack_id = value.rack_id;
  member.client_id = value.client_id;
  member.client_host = value.client_host;
  member.topology_epoch = value.topology_epoch;
  member.process_id = value.process_id;
  if (value.user_endpoint) member.user_endpoint.emplace() = {value.user_endpoint->host, value.user_endpoint->port};
  for (const auto& tag : value.client_tags) member.client_tags.push_back({tag.key, tag.value});
}

std::vector<StreamsGroupDescribeResponse::TopicInfo> topics_of(
    const std::vector<StreamsGroupTopologyValue::TopicInfo>& topics) {
  std::vector<StreamsGroupDescribeResponse::TopicInfo> out;
  for (const auto& topic : topics) {
    auto& one = out.emplace_back();
    one.name = topic.name;
    one.partitions = topic.partitions;
    one.replication_factor = topic.replication_factor;
    for (const auto& config : topic.topic_configs) one.topic_configs.push_back({config.key, config.value});
  }
  std::ranges::sort(out, {}, &StreamsGroupDescribeResponse::TopicInfo::name);
  return out;
}

// As the members gave it; what follows from the topics that exist is known to the coordinator of a running group.
StreamsGroupDescribeResponse::Topology topology_of(const StreamsGroupTopologyValue& value) {
  StreamsGroupDescribeResponse::Topology topology;
  topology.epoch = value.epoch;
  auto& parts = topology.subtopologies.emplace();
  for (const auto& part : value.subtopologies) {
    auto& one = parts.emplace_back();
    one.subtopology_id = part.subtopology_id;
    one.source_topics = part.source_topics;
    one.repartition_sink_topics = part.repartition_sink_topics;
    std::ranges::sort(one.source_topics);
    std::ranges::sort(one.repartition_sink_topics);
    one.state_changelog_topics = topics_of(part.state_changelog_topics);
    one.repartition_source_topics = topics_of(part.repartition_source_topics);
  }
  std::ranges::sort(parts, {}, &StreamsGroupDescribeResponse::Subtopology::subtopology_id);
  return topology;
}

}  // namespace

void describe(const Store& store, TopicNames&, std::string_view id, std::string& message,
              StreamsGroupDescribeResponse::DescribedGroup& out) {
  if (!summarize(store, GroupKind::streams, id, message, out)) return;
  std::map<std::string_view, Member> members;
  each_record(store, id, [&](const ModernKey& key, const Buffer& bytes) {
    if (key.type() == StreamsGroupTopologyKey::kType) {
      if (const auto value = value_of<StreamsGroupTopologyValue>(bytes)) out.topology = topology_of(*value);
    } else if (key.type() == StreamsGroupMemberMetadataKey::kType) {
      const auto value = value_of<StreamsGroupMemberMetadataValue>(bytes);
      if (value) introduce(*value, members[member_of(key)]);
    } else if (key.type() == StreamsGroupCurrentMemberAssignmentKey::kType) {
      const auto value = value_of<StreamsGroupCurrentMemberAssignmentValue>(bytes);
      if (!value) return;
      Member& member = members[member_of(key)];
      member.member_epoch = value->member_epoch;
      member.assignment = tasks_in(*value);
    } else if (key.type() == StreamsGroupTargetAssignmentMemberKey::kType) {
      const auto value = value_of<StreamsGroupTargetAssignmentMemberValue>(bytes);
      if (value) members[member_of(key)].target_assignment = tasks_in(*value);
    }
  });
  for (auto& [member_id, member] : members) {
    member.member_id = member_id;
    out.members.push_back(std::move(member));
  }
}

}  // namespace millrace::groups::admin
