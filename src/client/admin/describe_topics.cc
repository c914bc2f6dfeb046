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

void describe_topics(AdminCore& core, std::vector<std::string> names, Millis timeout,
                     Done<Items<std::string, TopicDescription>> done) {
  ask<Items<std::string, TopicDescription>, MetadataResponse, MetadataRequest>(
      core, Target::any(), timeout,
      [names = std::move(names)](std::int16_t) {
        MetadataRequest request;
        for (const std::string& name : names) {
          MetadataRequest::MetadataRequestTopic topic;
          topic.name = name;
          request.topics->push_back(topic);
        }
        request.allow_auto_topic_creation = false;
        return request;
      },
      by_code,
      [](const Answer<MetadataResponse>& answer) -> Result<Items<std::string, TopicDescription>> {
        Items<std::string, TopicDescription> items;
        for (const auto& topic : answer.body.topics) {
          const std::string name = text(topic.name);
          const Errc code = from_wire(topic.error_code);
          if (code != Errc::none) {
            items.push_back({name, broker_error(code, "describing topic " + name)});
          } else {
            items.push_back({name, description(topic)});
          }
        }
        return items;
      },
      std::move(done), VersionRange{4, MetadataRequest::kMaxVersion});
}

}  // namespace millrace::client::admin
