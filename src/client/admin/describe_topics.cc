#include <algorithm>

#include "client/admin/topics.h"
#include "protocol/gen/metadata.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

TopicDescription description(const MetadataResponse::MetadataResponseTopic& topic) {
  TopicDescription result{text(topic.name), topic_id(topic.topic_id), topic.is_internal, {}};
  for (const auto& from : topic.partitions) {
    PartitionDescription partition;
    partition.partition = from.partition_index;
    partition.leader = from.leader_id;
    partition.leader_epoch = from.leader_epoch;
    partition.replicas = from.replica_nodes;
    partition.in_sync = from.isr_nodes;
    partition.offline = from.offline_replicas;
    result.partitions.push_back(std::move(partition));
  }
  std::ranges::sort(result.partitions, {}, &PartitionDescription::partition);
  return result;
}

}  // namespace

void list_topics(AdminCore& core, bool internal, Millis timeout, Done<std::vector<ListedTopic>> done) {
  ask<std::vector<ListedTopic>, MetadataResponse, MetadataRequest>(
      core, Target::any(), timeout,
      [](std::int16_t) {
        MetadataRequest request;
        request.topics.reset();
        request.allow_auto_topic_creation = false;
        return request;
      },
      by_code,
      [internal](const Answer<MetadataResponse>& answer) -> Result<std::vector<ListedTopic>> {
        std::vector<ListedTopic> topics;
        for (const auto& topic : answer.body.topics) {
          if (topic.is_internal && !internal) continue;
          topics.push_back({text(topic.name), topic_id(topic.topic_id), topic.is_internal});
        }
        std::ranges::sort(topics, {}, &ListedTopic::name);
        return topics;
      },
      std::move(done), VersionRange{4, MetadataRequest::kMaxVersion});
}

namespace {

// By names or by ids: `put` fills in one asked-for topic, `key_of` reads which one an answer is about.
template <typename Key, typename Put, typename KeyOf>
void describe(AdminCore& core, std::vector<Key> keys, std::int16_t first_version, Millis timeout,
              Done<Items<Key, TopicDescription>> done, Put put, KeyOf key_of) {
  using All = Items<Key, TopicDescription>;
  ask<All, MetadataResponse, MetadataRequest>(
      core, Target::any(), timeout,
      [keys = std::move(keys), put](std::int16_t) {
        MetadataRequest request;
        for (const Key& key : keys) put(key, request.topics->emplace_back());
        request.allow_auto_topic_creation = false;
        return request;
      },
      by_code,
      [key_of](const Answer<MetadataResponse>& answer) -> Result<All> {
        All items;
        for (const auto& topic : answer.body.topics) {
          const Errc code = from_wire(topic.error_code);
          const std::string name = topic.name ? std::string(*topic.name) : topic.topic_id.text();
          if (code != Errc::none) {
            items.push_back({key_of(topic), broker_error(code, "describing topic " + name)});
          } else {
            items.push_back({key_of(topic), description(topic)});
          }
        }
        return items;
      },
      std::move(done), VersionRange{first_version, MetadataRequest::kMaxVersion});
}

}  // namespace

void describe_topics(AdminCore& core, std::vector<std::string> names, Millis timeout,
                     Done<Items<std::string, TopicDescription>> done) {
  describe(
      core, std::move(names), 4, timeout, std::move(done),
      [](const std::string& name, auto& topic) { topic.name = name; },
      [](const auto& topic) { return text(topic.name); });
}

void describe_topics_by_id(AdminCore& core, std::vector<TopicId> ids, Millis timeout,
                           Done<Items<TopicId, TopicDescription>> done) {
  describe(
      core, std::move(ids), 12, timeout, std::move(done),
      [](const TopicId& id, auto& topic) {
        topic.topic_id = uuid(id);
        topic.name.reset();
      },
      [](const auto& topic) { return topic_id(topic.topic_id); });
}

}  // namespace millrace::client::admin
