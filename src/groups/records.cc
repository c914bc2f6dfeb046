#include "groups/records.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocol/gen/group_metadata_record.h"
#include "protocol/gen/legacy_offset_commit_record.h"
#include "protocol/gen/offset_commit_record.h"
#include "protocol/message.h"

namespace millrace::groups {

namespace {

using protocol::GroupMetadataKey;
using protocol::GroupMetadataValue;
using protocol::OffsetCommitKey;
using protocol::OffsetCommitValue;

constexpr std::int16_t kGroupVersion = 3;           // what Kafka writes; 4 is read
constexpr std::int16_t kOffsetVersion = 4;
constexpr std::int16_t kExpiringOffsetVersion = 1;  // the only one with a time of expiry

// Two bytes of type or version, then the message in `version`.
template <typename Message>
Buffer prefixed(std::int16_t prefix, const Message& message, std::int16_t version) {
  Buffer buffer = Buffer::allocate(sizeof prefix + protocol::encoded_size(message, version));
  protocol::Writer out(buffer.writable());
  out.i16(prefix);
  encode(out, version, message);
  return buffer;
}

Buffer group_key(std::string_view group) {
  GroupMetadataKey key;
  key.group = group;
  return prefixed(GroupMetadataKey::kType, key, 0);
}

Buffer offset_key(const OffsetKey& of) {
  OffsetCommitKey key;
  key.group = of.group;
  key.topic = of.topic;
  key.partition = of.partition;
  return prefixed(OffsetCommitKey::kType, key, 0);
}

StoredGroup from(const GroupMetadataValue& value) {
  StoredGroup group;
  group.protocol_type = value.protocol_type;
  group.generation = value.generation;
  if (value.protocol) group.protocol = *value.protocol;
  if (value.leader) group.leader = *value.leader;
  group.since = WallTime(value.current_state_timestamp);
  for (const auto& member : value.members) {
    StoredMember stored;
    stored.id = member.member_id;
    if (member.group_instance_id) stored.instance_id = *member.group_instance_id;
    stored.client_id = member.client_id;
    stored.client_host = member.client_host;
    stored.session_timeout = Millis(member.session_timeout);
    // Version 0 knew one timeout for both.
    stored.rebalance_timeout = Millis(member.rebalance_timeout < 0 ? member.session_timeout : member.rebalance_timeout);
    stored.subscription = Buffer::copy_of(member.subscription);
    stored.assignment = Buffer::copy_of(member.assignment);
    group.members.push_back(std::move(stored));
  }
  return group;
}

StoredOffset from(const OffsetCommitValue& value) {
  StoredOffset offset;
  offset.offset = value.offset;
  offset.leader_epoch = value.leader_epoch;
  offset.metadata = value.metadata;
  offset.committed_at = WallTime(value.commit_timestamp);
  offset.expires_at = WallTime(value.expire_timestamp);
  offset.topic_id = value.topic_id;
  return offset;
}

template <typename Value>
auto parse_value(Bytes bytes) -> Result<decltype(from(Value()))> {
  protocol::Reader in(bytes);
  const std::int16_t version = in.i16();
  MR_TRY(in.status());
  Value value;
  MR_TRY(decode(in, version, value));
  return from(value);
}

Result<Entry> parse_group(protocol::Reader& in, const std::optional<Bytes>& bytes) {
  GroupMetadataKey key;
  MR_TRY(decode(in, 0, key));
  GroupEntry entry{std::string(key.group), std::nullopt};
  if (bytes) {
    Result<StoredGroup> value = parse_value<GroupMetadataValue>(*bytes);
    if (!value.ok()) return value.error();
    entry.value = std::move(*value);
  }
  return Entry(std::move(entry));
}

Result<Entry> parse_offset(protocol::Reader& in, const std::optional<Bytes>& bytes) {
  OffsetCommitKey key;  // type 0 has the same fields
  MR_TRY(decode(in, 0, key));
  OffsetEntry entry{{std::string(key.group), std::string(key.topic), key.partition}, std::nullopt};
  if (bytes) {
    Result<StoredOffset> value = parse_value<OffsetCommitValue>(*bytes);
    if (!value.ok()) return value.error();
    entry.value = std::move(*value);
  }
  return Entry(std::move(entry));
}

// The types that groups of the newer protocols have; those that are not here were never written.
struct ModernType {
  std::int16_t type;
  GroupKind kind;
  bool is_group;
};
constexpr ModernType kModernTypes[] = {
    {3, GroupKind::consumer, true},  {4, GroupKind::consumer, false}, {5, GroupKind::consumer, false},
    {6, GroupKind::consumer, false}, {7, GroupKind::consumer, false}, {8, GroupKind::consumer, false},
    {9, GroupKind::share, false},    {10, GroupKind::share, false},   {11, GroupKind::share, true},
    {12, GroupKind::share, false},   {13, GroupKind::share, false},   {14, GroupKind::share, false},
    {15, GroupKind::share, false},   {16, GroupKind::consumer, false}, {17, GroupKind::streams, true},
    {18, GroupKind::streams, false}, {19, GroupKind::streams, false}, {20, GroupKind::streams, false},
    {21, GroupKind::streams, false}, {22, GroupKind::streams, false}, {23, GroupKind::streams, false},
};

Result<Entry> parse_modern(std::int16_t type, protocol::Reader& in, const coordinator::RecordView& record) {
  const auto* known = std::find_if(std::begin(kModernTypes), std::end(kModernTypes),
                                   [type](const ModernType& one) { return one.type == type; });
  if (known == std::end(kModernTypes)) return Entry(OtherEntry{type});
  const std::string_view group = in.string(false);  // every one of their keys begins with the group's id
  MR_TRY(in.status());
  ModernEntry entry{{std::string(group), std::string(as_text(record.key))}, known->kind, known->is_group, std::nullopt};
  if (record.value) entry.value = Buffer::copy_of(*record.value);
  return Entry(std::move(entry));
}

}  // namespace

std::string_view to_string(GroupKind kind) {
  switch (kind) {
    case GroupKind::classic: return "classic";
    case GroupKind::consumer: return "consumer";
    case GroupKind::share: return "share";
    case GroupKind::streams: return "streams";
  }
  return "";
}

coordinator::Record modern_tombstone(const ModernKey& key) {
  return {Buffer::copy_of(as_bytes(key.key)), std::nullopt};
}

coordinator::Record group_record(std::string_view group, const StoredGroup& of) {
  GroupMetadataValue value;
  value.protocol_type = of.protocol_type;
  value.generation = of.generation;
  value.protocol = of.protocol;
  value.leader = of.leader;
  value.current_state_timestamp = of.since.value();
  for (const StoredMember& member : of.members) {
    GroupMetadataValue::MemberMetadata out;
    out.member_id = member.id;
    out.group_instance_id = member.instance_id;
    out.client_id = member.client_id;
    out.client_host = member.client_host;
    out.rebalance_timeout = static_cast<std::int32_t>(member.rebalance_timeout.value());
    out.session_timeout = static_cast<std::int32_t>(member.session_timeout.value());
    out.subscription = member.subscription.bytes();
    out.assignment = member.assignment.bytes();
    value.members.push_back(out);
  }
  return {group_key(group), prefixed(kGroupVersion, value, kGroupVersion)};
}

coordinator::Record group_tombstone(std::string_view group) { return {group_key(group), std::nullopt}; }

coordinator::Record offset_record(const OffsetKey& key, const StoredOffset& of) {
  OffsetCommitValue value;
  value.offset = of.offset;
  value.leader_epoch = of.leader_epoch;
  value.metadata = of.metadata;
  value.commit_timestamp = of.committed_at.value();
  value.expire_timestamp = of.expires_at.value();
  value.topic_id = of.topic_id;
  const std::int16_t version = of.expires_at == kNoTime ? kOffsetVersion : kExpiringOffsetVersion;
  return {offset_key(key), prefixed(version, value, version)};
}

coordinator::Record offset_tombstone(const OffsetKey& key) { return {offset_key(key), std::nullopt}; }

Result<Entry> parse_record(const coordinator::RecordView& record) {
  protocol::Reader in(record.key);
  const std::int16_t type = in.i16();
  MR_TRY(in.status());
  switch (type) {
    case protocol::LegacyOffsetCommitKey::kType:
    case OffsetCommitKey::kType: return parse_offset(in, record.value);
    case GroupMetadataKey::kType: return parse_group(in, record.value);
    default: return parse_modern(type, in, record);
  }
}

}  // namespace millrace::groups
