#include "raft/control_records.h"

#include <array>
#include <string>
#include <utility>

#include "protocol/gen/kraft_version_record.h"
#include "protocol/gen/leader_change_message.h"
#include "protocol/gen/snapshot_footer_record.h"
#include "protocol/gen/snapshot_header_record.h"
#include "protocol/gen/voters_record.h"
#include "record/batch_builder.h"

namespace millrace::raft {
namespace {

// Types of control records that belong to the quorum; 0 and 1 are transaction markers.
enum class ControlType : std::int16_t {
  leader_change = 2,
  snapshot_header = 3,
  snapshot_footer = 4,
  kraft_version = 5,
  voters = 6,
};

record::BatchBuilder control_builder(Offset base_offset, LeaderEpoch epoch) {
  record::BatchOptions options;
  options.control = true;
  options.base_offset = base_offset;
  options.leader_epoch = epoch;
  return record::BatchBuilder(options);
}

template <protocol::Message T>
void add(record::BatchBuilder& batch, ControlType type, const T& message, WallTime now) {
  std::array<std::byte, 4> key{};
  store_be<std::int16_t>(key.data(), 0);
  store_be<std::int16_t>(key.data() + 2, static_cast<std::int16_t>(type));
  const Buffer value = protocol::encode_body(message, 0);
  batch.add(now, Bytes(key), value.bytes());
}

void add_membership(record::BatchBuilder& batch, const Membership& membership, WallTime now) {
  protocol::KRaftVersionRecord version;
  version.k_raft_version = membership.kraft_version;
  add(batch, ControlType::kraft_version, version, now);
  protocol::VotersRecord voters;
  for (const Voter& voter : membership.voters.voters()) {
    auto& entry = voters.voters.emplace_back();
    entry.voter_id = voter.key.id.value();
    entry.voter_directory_id = voter.key.directory_id;
    for (const VoterEndpoint& endpoint : voter.endpoints) {
      entry.endpoints.push_back({endpoint.listener, endpoint.host, endpoint.port});
    }
    entry.k_raft_version_feature = {voter.min_kraft_version, voter.max_kraft_version};
  }
  add(batch, ControlType::voters, voters, now);
}

VoterSet voters_of(const protocol::VotersRecord& record) {
  std::vector<Voter> voters;
  for (const auto& entry : record.voters) {
    Voter voter;
    voter.key = {NodeId(entry.voter_id), entry.voter_directory_id};
    for (const auto& endpoint : entry.endpoints) {
      voter.endpoints.push_back({std::string(endpoint.name), std::string(endpoint.host), endpoint.port});
    }
    voter.min_kraft_version = entry.k_raft_version_feature.min_supported_version;
    voter.max_kraft_version = entry.k_raft_version_feature.max_supported_version;
    voters.push_back(std::move(voter));
  }
  return VoterSet(std::move(voters));
}

// Decodes a message whose first field is its own version, which for LeaderChangeMessage may be 1.
template <protocol::Message T>
Status decode_value(Bytes value, T& out) {
  if (value.size() < 2) return Error::corrupt;
  return protocol::decode_body(value, load_be<std::int16_t>(value.data()), out);
}

template <protocol::Message T, typename Make>
Result<Control> parse_as(Bytes value, Make make) {
  T message;
  const Status decoded = decode_value(value, message);
  if (!decoded.ok()) return decoded.error();
  return Control(make(message));
}

}  // namespace

Buffer epoch_start_batch(const EpochStart& start, const std::optional<Membership>& changed, WallTime now) {
  record::BatchBuilder batch = control_builder(Offset(0), start.epoch);
  protocol::LeaderChangeMessage message;
  message.leader_id = start.leader.value();
  for (const NodeId id : start.voters) message.voters.push_back({id.value(), Uuid()});
  for (const NodeId id : start.granted) message.granting_voters.push_back({id.value(), Uuid()});
  add(batch, ControlType::leader_change, message, now);
  if (changed) add_membership(batch, *changed, now);
  return batch.build();
}

Buffer membership_batch(LeaderEpoch epoch, const Membership& membership, WallTime now) {
  record::BatchBuilder batch = control_builder(Offset(0), epoch);
  add_membership(batch, membership, now);
  return batch.build();
}

Buffer snapshot_header_batch(LeaderEpoch epoch, WallTime last_contained, const std::optional<Membership>& membership,
                             WallTime now) {
  record::BatchBuilder batch = control_builder(Offset(0), epoch);
  protocol::SnapshotHeaderRecord header;
  header.last_contained_log_timestamp = last_contained.value();
  add(batch, ControlType::snapshot_header, header, now);
  if (membership) add_membership(batch, *membership, now);
  return batch.build();
}

Buffer snapshot_footer_batch(Offset base_offset, LeaderEpoch epoch, WallTime now) {
  record::BatchBuilder batch = control_builder(base_offset, epoch);
  add(batch, ControlType::snapshot_footer, protocol::SnapshotFooterRecord{}, now);
  return batch.build();
}

Result<Control> parse_control(const record::Record& record) {
  const auto type = record::control_type(record);
  if (!type.ok()) return type.error();
  if (!record.value) return Error::corrupt;
  const Bytes value = *record.value;
  switch (static_cast<ControlType>(*type)) {
    case ControlType::leader_change:
      return parse_as<protocol::LeaderChangeMessage>(
          value, [](const auto& message) { return LeaderChange{NodeId(message.leader_id)}; });
    case ControlType::snapshot_header:
      return parse_as<protocol::SnapshotHeaderRecord>(
          value, [](const auto& message) { return SnapshotHeader{WallTime(message.last_contained_log_timestamp)}; });
    case ControlType::snapshot_footer:
      return parse_as<protocol::SnapshotFooterRecord>(value, [](const auto&) { return SnapshotFooter{}; });
    case ControlType::kraft_version:
      return parse_as<protocol::KRaftVersionRecord>(
          value, [](const auto& message) { return KRaftVersion{message.k_raft_version}; });
    case ControlType::voters:
      return parse_as<protocol::VotersRecord>(value, [](const auto& message) { return voters_of(message); });
  }
  return Control(UnknownControl{*type});
}

}  // namespace millrace::raft
