#include "groups/offsets/fetch.h"

#include <utility>

#include "groups/modern.h"

namespace millrace::groups::offsets {

namespace {

constexpr std::int16_t kFirstWithGroupError = 2;
constexpr std::int16_t kFirstWithTopicIds = 10;

OffsetAnswer::Partition failed(std::int32_t index, Errc error) {
  OffsetAnswer::Partition answer;
  answer.index = index;
  answer.error = to_wire(error);
  return answer;
}

OffsetAnswer::Partition found(std::int32_t index, const StoredOffset& offset) {
  OffsetAnswer::Partition answer;
  answer.index = index;
  answer.offset = offset.offset;
  answer.leader_epoch = offset.leader_epoch;
  answer.metadata = offset.metadata;
  return answer;
}

// An offset of a topic that has since been deleted and made again under its name is not one of this topic.
bool of_another_topic(const StoredOffset& offset, const Uuid& wanted) {
  return !wanted.is_zero() && !offset.topic_id.is_zero() && offset.topic_id != wanted;
}

void fetch_all(const Store& store, const OffsetQuery& query, const TopicDirectory& topics, OffsetAnswer& answer) {
  const bool by_id = query.version >= kFirstWithTopicIds;
  std::optional<TopicDirectory::Topic> topic;
  store.offsets().scan_committed(
      OffsetKeyView{query.group_id, "", INT32_MIN}, [&](const OffsetKey& key, const StoredOffset& offset) {
        if (key.group != query.group_id) return false;
        if (answer.topics.empty() || answer.topics.back().name != key.topic) {
          if (by_id && (!topic || topic->name != key.topic)) topic = topics.by_name(key.topic);
          if (by_id && !topic) return true;  // there is no id to name it with
          answer.topics.push_back({key.topic, by_id ? topic->id : Uuid(), {}});
        }
        const bool unstable = query.require_stable && store.is_pending({key.group, key.topic, key.partition});
        answer.topics.back().partitions.push_back(unstable ? failed(key.partition, Errc::unstable_offset_commit)
                                                           : found(key.partition, offset));
        return true;
      });
}

OffsetAnswer::Partition fetch_one(const Store& store, const OffsetQuery& query, const OffsetAnswer::Topic& topic,
                                  std::int32_t index) {
  const OffsetKeyView key{query.group_id, topic.name, index};
  if (query.require_stable && store.is_pending(key)) return failed(index, Errc::unstable_offset_commit);
  const StoredOffset* offset = store.offsets().find_committed(key);
  if (offset == nullptr || of_another_topic(*offset, topic.id)) return failed(index, Errc::none);
  return found(index, *offset);
}

}  // namespace

OffsetAnswer fetch(const Store& store, const OffsetQuery& query, const TopicDirectory& topics) {
  const GroupKind* kind = store.kinds().find_committed(query.group_id);
  if (kind != nullptr && *kind != GroupKind::classic) {
    const ModernGroup group = read_modern(store, query.group_id, *kind, true);
    const Errc refused = validate_modern_fetch(group, query.member_id, query.member_epoch);
    if (refused != Errc::none) return fetch_error(query, refused);
  }
  OffsetAnswer answer;
  answer.group_id = query.group_id;
  if (query.all_topics) {
    fetch_all(store, query, topics, answer);
    return answer;
  }
  for (const OffsetQuery::Topic& asked : query.topics) {
    OffsetAnswer::Topic& topic = answer.topics.emplace_back(OffsetAnswer::Topic{asked.name, asked.id, {}});
    bool known = true;
    if (query.version >= kFirstWithTopicIds) {
      const std::optional<TopicDirectory::Topic> named = topics.by_id(asked.id);
      known = named.has_value();
      if (known) topic.name = named->name;
    }
    for (const std::int32_t index : asked.partitions) {
      topic.partitions.push_back(known ? fetch_one(store, query, topic, index)
                                       : failed(index, Errc::unknown_topic_id));
    }
  }
  return answer;
}

OffsetAnswer fetch_error(const OffsetQuery& query, Errc error) {
  OffsetAnswer answer;
  answer.group_id = query.group_id;
  answer.error = to_wire(error);
  if (query.version >= kFirstWithGroupError) return answer;
  for (const OffsetQuery::Topic& asked : query.topics) {
    OffsetAnswer::Topic& topic = answer.topics.emplace_back(OffsetAnswer::Topic{asked.name, asked.id, {}});
    for (const std::int32_t index : asked.partitions) topic.partitions.push_back(failed(index, error));
  }
  return answer;
}

}  // namespace millrace::groups::offsets
