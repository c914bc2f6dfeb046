#include "client/partition_list.h"

#include <algorithm>
#include <utility>

#include "client/errors.h"
#include "client/retry.h"
#include "protocol/gen/metadata.h"

namespace millrace::client {

using protocol::Errc;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

namespace {

constexpr VersionRange kVersions{4, MetadataRequest::kMaxVersion};  // that say whether topics are to be created

PartitionList partitions_of(const MetadataResponse::MetadataResponseTopic& topic) {
  PartitionList list;
  for (const auto& from : topic.partitions) {
    list.push_back({from.partition_index, from.leader_id, from.leader_epoch, from.replica_nodes, from.isr_nodes,
                    from.offline_replicas, {}, {}});
  }
  std::ranges::sort(list, {}, &PartitionDescription::partition);
  return list;
}

Errc code_of(const Answer<MetadataResponse>& answer) {
  const auto& topics = answer.body.topics;
  return topics.empty() ? Errc::unknown_topic_or_partition : protocol::from_wire(topics.front().error_code);
}

}  // namespace

void list_partitions(Cluster& cluster, std::string topic, bool waits, Millis timeout,
                     Callback<void(Result<PartitionList>)> done) {
  const bool creates = cluster.options().allow_topic_creation;
  send_until<MetadataResponse, MetadataRequest>(
      cluster, Target::any(),
      [topic, creates](std::int16_t) {
        MetadataRequest request;
        request.topics->emplace_back().name = topic;
        request.allow_auto_topic_creation = creates;
        return request;
      },
      [patient = creates && waits](const Answer<MetadataResponse>& answer) {
        const Errc code = code_of(answer);
        return code == Errc::unknown_topic_or_partition && !patient ? Errc::none : code;
      },
      RetryOptions{timeout},
      [topic, done = std::move(done)](Result<Answer<MetadataResponse>> answer) mutable {
        if (!answer) return done(answer.error());
        const Errc code = code_of(*answer);
        if (code != Errc::none) return done(broker_error(code, "listing the partitions of topic " + topic));
        done(partitions_of(answer->body.topics.front()));
      },
      kVersions);
}

void list_all_partitions(Cluster& cluster, Millis timeout, Callback<void(Result<TopicPartitionLists>)> done) {
  send_until<MetadataResponse, MetadataRequest>(
      cluster, Target::any(),
      [](std::int16_t) {
        MetadataRequest request;
        request.topics.reset();
        request.allow_auto_topic_creation = false;
        return request;
      },
      [](const Answer<MetadataResponse>&) { return Errc::none; }, RetryOptions{timeout},
      [done = std::move(done)](Result<Answer<MetadataResponse>> answer) mutable {
        if (!answer) return done(answer.error());
        TopicPartitionLists lists;
        for (const auto& topic : answer->body.topics) {
          if (topic.error_code == 0 && topic.name) lists.emplace(*topic.name, partitions_of(topic));
        }
        done(std::move(lists));
      },
      kVersions);
}

}  // namespace millrace::client
