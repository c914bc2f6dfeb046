#include "groups/modern.h"

#include <algorithm>

#include "groups/modern_record.h"
#include "protocol/gen/consumer_group_current_member_assignment_record.h"
#include "protocol/gen/consumer_group_member_metadata_record.h"
#include "protocol/gen/consumer_group_metadata_record.h"
#include "protocol/gen/consumer_group_regular_expression_record.h"
#include "protocol/gen/consumer_group_target_assignment_metadata_record.h"
#include "protocol/gen/share_group_current_member_assignment_record.h"
#include "protocol/gen/share_group_member_metadata_record.h"
#include "protocol/gen/share_group_metadata_record.h"
#include "protocol/gen/share_group_target_assignment_metadata_record.h"
#include "protocol/gen/streams_group_current_member_assignment_record.h"
#include "protocol/gen/streams_group_member_metadata_record.h"
#include "protocol/gen/streams_group_metadata_record.h"
#include "protocol/gen/streams_group_target_assignment_metadata_record.h"
#include "protocol/gen/streams_group_topology_record.h"

namespace millrace::groups {

namespace {

constexpr std::int8_t kStable = 0;  // of a member's state

template <typename Value>
void group_epoch(ModernGroup& group, const Buffer& bytes) {
  if (const auto value = value_of<Value>(bytes)) group.epoch = value->epoch;
}
template <typename Value>
void assignment_epoch(ModernGroup& group, const Buffer& bytes) {
  if (const auto value = value_of<Value>(bytes)) group.assignment_epoch = value->assignment_epoch;
}
template <typename Value>
void current(ModernGroup& group, const ModernKey& key, const Buffer& bytes) {
  const auto value = value_of<Value>(bytes);
  if (!value) return;
  ModernMember& member = group.members[std::string(member_of(key))];
  member.epoch = value->member_epoch;
  member.reconciled = value->state == kStable;
}

void read_record(ModernGroup& group, const ModernKey& key, const Buffer& bytes) {
  using namespace protocol;
  switch (key.type()) {
    case ConsumerGroupMetadataKey::kType: return group_epoch<ConsumerGroupMetadataValue>(group, bytes);
    case ShareGroupMetadataKey::kType: return group_epoch<ShareGroupMetadataValue>(group, bytes);
    case StreamsGroupMetadataKey::kType: return group_epoch<StreamsGroupMetadataValue>(group, bytes);
    case ConsumerGroupTargetAssignmentMetadataKey::kType:
      return assignment_epoch<ConsumerGroupTargetAssignmentMetadataValue>(group, bytes);
    case ShareGroupTargetAssignmentMetadataKey::kType:
      return assignment_epoch<ShareGroupTargetAssignmentMetadataValue>(group, bytes);
    case StreamsGroupTargetAssignmentMetadataKey::kType:
      return assignment_epoch<StreamsGroupTargetAssignmentMetadataValue>(group, bytes);
    case ConsumerGroupMemberMetadataKey::kType: {
      const auto value = value_of<ConsumerGroupMemberMetadataValue>(bytes);
      group.members[std::string(member_of(key))].speaks_classic = value && value->classic_member_metadata.has_value();
      return;
    }
    case ShareGroupMemberMetadataKey::kType:
    case StreamsGroupMemberMetadataKey::kType: group.members[std::string(member_of(key))]; return;
    case ConsumerGroupCurrentMemberAssignmentKey::kType:
      return current<ConsumerGroupCurrentMemberAssignmentValue>(group, key, bytes);
    case ShareGroupCurrentMemberAssignmentKey::kType:
      return current<ShareGroupCurrentMemberAssignmentValue>(group, key, bytes);
    case StreamsGroupCurrentMemberAssignmentKey::kType:
      return current<StreamsGroupCurrentMemberAssignmentValue>(group, key, bytes);
    case StreamsGroupTopologyKey::kType: group.has_topology = true; return;
    default: return;
  }
}

void subscribed(std::set<std::string, std::less<>>& topics, const ModernKey& key, const Buffer& bytes) {
  using namespace protocol;
  const auto add = [&topics](const auto& names) { topics.insert(names.begin(), names.end()); };
  if (key.type() == ConsumerGroupMemberMetadataKey::kType) {
    if (const auto value = value_of<ConsumerGroupMemberMetadataValue>(bytes)) add(value->subscribed_topic_names);
  } else if (key.type() == ConsumerGroupRegularExpressionKey::kType) {
    if (const auto value = value_of<ConsumerGroupRegularExpressionValue>(bytes)) add(value->topics);
  } else if (key.type() == StreamsGroupTopologyKey::kType) {
    const auto value = value_of<StreamsGroupTopologyValue>(bytes);
    if (!value) return;
    for (const auto& part : value->subtopologies) {
      add(part.source_topics);
      for (const auto& topic : part.repartition_source_topics) topics.emplace(topic.name);
    }
  }
}

}  // namespace

std::string_view ModernGroup::state() const {
  if (members.empty()) return "Empty";
  if (kind == GroupKind::share) return "Stable";
  // Whether a topology can run is known when its topics have been looked at, which the coordinator of a member does.
  if (kind == GroupKind::streams) return "NotReady";
  if (epoch > assignment_epoch) return "Assigning";
  const bool all = std::all_of(members.begin(), members.end(), [this](const auto& member) {
    return member.second.reconciled && member.second.epoch == assignment_epoch;
  });
  return all ? "Stable" : "Reconciling";
}

std::string_view ModernGroup::protocol_type() const {
  return kind == GroupKind::classic ? std::string_view() : to_string(kind);
}

ModernGroup read_modern(const Store& store, std::string_view group, GroupKind kind, bool committed) {
  ModernGroup found;
  found.kind = kind;
  const ModernKey first{std::string(group), ""};
  if (committed) {
    store.modern().scan_committed(first, [&](const ModernKey& key, const Buffer& value) {
      if (key.group != group) return false;
      read_record(found, key, value);
      return true;
    });
    return found;
  }
  const auto& newest = store.modern().newest();
  for (auto at = newest.lower_bound(first); at != newest.end() && at->first.group == group; ++at) {
    read_record(found, at->first, at->second);
  }
  return found;
}

std::set<std::string, std::less<>> modern_subscriptions(const Store& store, std::string_view group) {
  std::set<std::string, std::less<>> topics;
  const auto& newest = store.modern().newest();
  for (auto at = newest.lower_bound(ModernKey{std::string(group), ""}); at != newest.end(); ++at) {
    if (at->first.group != group) break;
    subscribed(topics, at->first, at->second);
  }
  return topics;
}

namespace {

Errc compare(const ModernMember& member, std::int32_t epoch) {
  if (epoch == member.epoch) return Errc::none;
  return member.speaks_classic ? Errc::illegal_generation : Errc::stale_member_epoch;
}

}  // namespace

Errc validate_modern_commit(const ModernGroup& group, std::string_view member_id, std::int32_t epoch,
                            std::int16_t version) {
  constexpr std::int16_t kFirstWithEpoch = 9;
  if (group.kind == GroupKind::share) return Errc::group_id_not_found;
  if (epoch < 0 && group.members.empty()) return Errc::none;
  const auto member = group.members.find(member_id);
  if (member == group.members.end()) return Errc::unknown_member_id;
  if (!member->second.speaks_classic && version < kFirstWithEpoch) return Errc::unsupported_version;
  return compare(member->second, epoch);
}

Errc validate_modern_fetch(const ModernGroup& group, const std::optional<std::string>& member_id, std::int32_t epoch) {
  if (group.kind == GroupKind::share || (!member_id && epoch < 0)) return Errc::none;
  const auto member = group.members.find(member_id.value_or(""));
  return member == group.members.end() ? Errc::unknown_member_id : compare(member->second, epoch);
}

}  // namespace millrace::groups
