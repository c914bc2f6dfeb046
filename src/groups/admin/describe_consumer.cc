#include <algorithm>
#include <map>
#include <utility>

#include "groups/admin/modern_description.h"
#include "groups/modern_record.h"
#include "protocol/gen/consumer_group_current_member_assignment_record.h"
#include "protocol/gen/consumer_group_member_metadata_record.h"
#include "protocol/gen/consumer_group_target_assignment_member_record.h"

namespace millrace::groups::admin {
namespace {

using protocol::ConsumerGroupCurrentMemberAssignmentKey;
using protocol::ConsumerGroupCurrentMemberAssignmentValue;
using protocol::ConsumerGroupDescribeResponse;
using protocol::ConsumerGroupMemberMetadataKey;
using protocol::ConsumerGroupMemberMetadataValue;
using protocol::ConsumerGroupTargetAssignmentMemberKey;
using protocol::ConsumerGroupTargetAssignmentMemberValue;
using Member = ConsumerGroupDescribeResponse::Member;
using Assignment = ConsumerGroupDescribeResponse::Assignment;

constexpr std::string_view kDefaultAssignor = "uniform";  // the first of group.consumer.assignors, unless it is set
constexpr std::int8_t kSpeaksClassic = 0;
constexpr std::int8_t kSpeaksConsumer = 1;

void subscribe(const ConsumerGroupMemberMetadataValue& value, Member& member) {
  member.instance_id = value.instance_id;
  member.rack_id = value.rack_id;
  member.client_id = value.client_id;
  member.client_host = value.client_host;
  member.subscribed_topic_names = value.subscribed_topic_names;
  member.subscribed_topic_regex = value.subscribed_topic_regex;
  member.member_type = value.classic_member_metadata ? kSpeaksClassic : kSpeaksConsumer;
}

}  // namespace

std::optional<std::string_view> TopicNames::of(const Uuid& id) {
  const auto [at, fresh] = names_.try_emplace(id);
  if (const auto topic = fresh ? topics_.by_id(id) : std::nullopt) at->second = topic->name;
  return at->second ? std::optional<std::string_view>(*at->second) : std::nullopt;
}

void describe(const Store& store, TopicNames& names, std::string_view id, std::string& message,
              ConsumerGroupDescribeResponse::DescribedGroup& out) {
  if (!summarize(store, GroupKind::consumer, id, message, out)) return;
  std::map<std::string_view, Member> members;
  std::map<std::string_view, int> votes;  // for the assignor that most members ask for
  each_record(store, id, [&](const ModernKey& key, const Buffer& bytes) {
    if (key.type() == ConsumerGroupMemberMetadataKey::kType) {
      const auto value = value_of<ConsumerGroupMemberMetadataValue>(bytes);
      if (!value) return;
      subscribe(*value, members[member_of(key)]);
      if (value->server_assignor) ++votes[*value->server_assignor];
    } else if (key.type() == ConsumerGroupCurrentMemberAssignmentKey::kType) {
      const auto value = value_of<ConsumerGroupCurrentMemberAssignmentValue>(bytes);
      if (!value) return;
      Member& member = members[member_of(key)];
      member.member_epoch = value->member_epoch;
      member.assignment = assignment_of<Assignment>(value->assigned_partitions, names);
    } else if (key.type() == ConsumerGroupTargetAssignmentMemberKey::kType) {
      const auto value = value_of<ConsumerGroupTargetAssignmentMemberValue>(bytes);
      if (!value) return;
      members[member_of(key)].target_assignment = assignment_of<Assignment>(value->topic_partitions, names);
    }
  });
  const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  out.assignor_name = most == votes.end() ? kDefaultAssignor : most->first;
  for (auto& [member_id, member] : members) {
    member.member_id = member_id;
    out.members.push_back(std::move(member));
  }
}

}  // namespace millrace::groups::admin
