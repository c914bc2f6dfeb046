#include <map>
#include <utility>

#include "groups/admin/modern_description.h"
#include "groups/modern_record.h"
#include "protocol/gen/share_group_current_member_assignment_record.h"
#include "protocol/gen/share_group_member_metadata_record.h"

namespace millrace::groups::admin {
namespace {

using protocol::ShareGroupCurrentMemberAssignmentKey;
using protocol::ShareGroupCurrentMemberAssignmentValue;
using protocol::ShareGroupDescribeResponse;
using protocol::ShareGroupMemberMetadataKey;
using protocol::ShareGroupMemberMetadataValue;

constexpr std::string_view kAssignor = "simple";  // the first of group.share.assignors, unless it is set

}  // namespace

void describe(const Store& store, TopicNames& names, std::string_view id, std::string& message,
              ShareGroupDescribeResponse::DescribedGroup& out) {
  if (!summarize(store, GroupKind::share, id, message, out)) return;
  out.assignor_name = kAssignor;
  std::map<std::string_view, ShareGroupDescribeResponse::Member> members;
  each_record(store, id, [&](const ModernKey& key, const Buffer& bytes) {
    if (key.type() == ShareGroupMemberMetadataKey::kType) {
      const auto value = value_of<ShareGroupMemberMetadataValue>(bytes);
      if (!value) return;
      auto& member = members[member_of(key)];
      member.rack_id = value->rack_id;
      member.client_id = value->client_id;
      member.client_host = value->client_host;
      member.subscribed_topic_names = value->subscribed_topic_names;
    } else if (key.type() == ShareGroupCurrentMemberAssignmentKey::kType) {
      const auto value = value_of<ShareGroupCurrentMemberAssignmentValue>(bytes);
      if (!value) return;
      auto& member = members[member_of(key)];
      member.member_epoch = value->member_epoch;
      member.assignment = assignment_of<ShareGroupDescribeResponse::Assignment>(value->assigned_partitions, names);
    }
  });
  for (auto& [member_id, member] : members) {
    member.member_id = member_id;
    out.members.push_back(std::move(member));
  }
}

}  // namespace millrace::groups::admin
