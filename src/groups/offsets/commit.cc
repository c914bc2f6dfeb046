#include "groups/offsets/commit.h"

#include <utility>

#include "groups/classic/transitions.h"
#include "groups/offsets/answer_topics.h"
#include "groups/records.h"
#include "protocol/message.h"

namespace millrace::groups::offsets {

namespace {

constexpr std::int16_t kFirstWithTopicIds = 10;
constexpr std::int16_t kFirstWithGroupIdNotFound = 9;

// The length that Java's String.length() gives: UTF-16 units.
std::size_t utf16_units(std::string_view utf8) {
  std::size_t units = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

}  // namespace

Commit::Commit(const protocol::OffsetCommitRequest& request, std::int16_t version, const TopicDirectory& topics)
    : group_(request.group_id), retention_ms_(request.retention_time_ms), version_(version) {
  for (const auto& asked : request.topics) {
    const bool by_id = version >= kFirstWithTopicIds;
    const std::optional<TopicDirectory::Topic> known =
        by_id ? topics.by_id(asked.topic_id) : topics.by_name(asked.name);
    Topic& mine = topics_.emplace_back(known ? Topic{known->name, known->id, true, {}}
                                             : Topic{std::string(asked.name), asked.topic_id, false, {}});
    for (const auto& partition : asked.partitions) {
      std::optional<Errc> error;
      if (!known) {
        error = by_id ? Errc::unknown_topic_id : Errc::unknown_topic_or_partition;
      } else if (partition.partition_index < 0 || partition.partition_index >= known->partitions) {
        error = Errc::unknown_topic_or_partition;
      } else {
        ++open_;
      }
      mine.partitions.push_back({partition.partition_index, error.has_value(), error, partition.committed_offset,
                                 partition.committed_leader_epoch,
                                 std::string(partition.committed_metadata.value_or(""))});
    }
  }
}

Buffer Commit::answer(Errc error) const {
  std::vector<TopicVerdicts> verdicts;
  for (const Topic& topic : topics_) {
    TopicVerdicts& said = verdicts.emplace_back(TopicVerdicts{topic.name, topic.id, topic.known, {}});
    for (const Partition& partition : topic.partitions) {
      said.partitions.push_back({partition.index, partition.unknown, partition.error.value_or(error)});
    }
  }
  protocol::OffsetCommitResponse response;
  response.topics = answer_topics<protocol::OffsetCommitResponse::OffsetCommitResponseTopic>(verdicts);
  return encode_body(response, version_);
}

std::vector<coordinator::Record> Commit::decide(const GroupSettings& settings, WallTime now) {
  std::vector<coordinator::Record> records;
  for (Topic& topic : topics_) {
    for (Partition& partition : topic.partitions) {
      if (partition.error) continue;
      if (utf16_units(partition.metadata) > static_cast<std::size_t>(settings.max_offset_metadata)) {
        partition.error = Errc::offset_metadata_too_large;
        --open_;
        continue;
      }
      StoredOffset value;
      value.offset = partition.offset;
      value.leader_epoch = partition.leader_epoch;
      value.metadata = partition.metadata;
      value.committed_at = now;
      if (retention_ms_ != -1) value.expires_at = now + retention_ms_;
      value.topic_id = topic.id;
      records.push_back(offset_record({group_, topic.name, partition.index}, value));
    }
  }
  return records;
}

Errc validate_commit(const classic::ClassicGroup* group, bool exists, const protocol::OffsetCommitRequest& request,
                     std::int16_t version) {
  const std::int32_t generation = request.generation_id_or_member_epoch;
  if (!exists && generation >= 0) {
    return version >= kFirstWithGroupIdNotFound ? Errc::group_id_not_found : Errc::illegal_generation;
  }
  const bool empty = group == nullptr || group->phase == classic::Phase::empty;
  if (generation < 0 && empty) return Errc::none;
  if (generation < 0 && request.member_id.empty() && !request.group_instance_id) return Errc::unknown_member_id;
  if (group == nullptr) return Errc::unknown_member_id;
  const Errc invalid = classic::validate_member(*group, request.member_id, request.group_instance_id);
  if (invalid != Errc::none) return invalid;
  if (generation != group->generation) return Errc::illegal_generation;
  // The member is of a generation whose assignment it has not got: what it commits may be another's by then.
  return group->phase == classic::Phase::completing ? Errc::rebalance_in_progress : Errc::none;
}

}  // namespace millrace::groups::offsets
