// DescribeTopicPartitions (KIP-966): topics in order of name, a page of partitions at a time.
#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "broker/handlers/handlers.h"
#include "broker/handlers/nodes.h"
#include "broker/handlers/operations.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_topic_partitions.h"

namespace millrace::broker {
namespace {

using protocol::DescribeTopicPartitionsRequest;
using protocol::DescribeTopicPartitionsResponse;
using protocol::Errc;
using Topic = DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponseTopic;
using Partition = DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponsePartition;
using Names = std::set<std::string_view>;

Partition describe(const metadata::Image& image, const metadata::PartitionImage& known, const Listener& listener) {
  Partition partition;
  partition.partition_index = known.index.value();
  const auto* leader = image.broker(known.leader);
  const bool reachable = leader != nullptr && !leader->fenced && endpoint_of(*leader, listener) != nullptr;
  partition.leader_id = reachable ? known.leader.value() : -1;
  partition.leader_epoch = known.leader_epoch.value();
  partition.replica_nodes = numbers(known.replicas);
  partition.isr_nodes = numbers(known.isr);
  partition.offline_replicas = offline_replicas(image, known, listener);
  partition.eligible_leader_replicas = numbers(known.elr);
  partition.last_known_elr = numbers(known.last_known_elr);
  return partition;
}

class Page {
 public:
  Page(const Request& request, Broker& broker, const DescribeTopicPartitionsRequest& body)
      : request_(request), image_(broker.image()), body_(body), all_(body.topics.empty()),
        left_(std::max(std::min(broker.config().topics.max_partitions_per_request, body.response_partition_limit),
                       1)) {}

  // Whether the cursor is one of this request's.
  bool valid(const Names& names) const {
    if (!body_.cursor) return true;
    return body_.cursor->partition_index >= 0 && (all_ || names.contains(body_.cursor->topic_name));
  }

  // From the cursor's topic on.
  Names names() const {
    Names names;
    const std::string_view first = body_.cursor ? body_.cursor->topic_name : std::string_view();
    const auto add = [&](std::string_view name) {
      if (name >= first) names.insert(name);
    };
    if (all_) {
      for (const auto* topic : image_->topics()) add(topic->name);
    } else {
      for (const auto& topic : body_.topics) add(topic.name);
    }
    return names;
  }

  void fill(const Names& names) {
    for (const std::string_view name : names) {
      if (left_ == 0) {
        response.next_cursor = {name, 0};
        return;
      }
      if (!add(name)) return;
    }
  }

  DescribeTopicPartitionsResponse response;

 private:
  // False when the page is full in the middle of the topic.
  bool add(std::string_view name) {
    Topic topic;
    topic.name = name;
    topic.is_internal = is_internal_topic(name);
    topic.topic_authorized_operations = kTopicOperations;
    const auto* known = image_->topic(name);
    if (known == nullptr) {
      topic.error_code = protocol::to_wire(is_topic_name(name) ? Errc::unknown_topic_or_partition
                                                               : Errc::invalid_topic_exception);
      response.topics.push_back(std::move(topic));
      return true;
    }
    topic.topic_id = known->id;
    const auto size = static_cast<std::int64_t>(known->partitions.size());
    const std::int64_t first = body_.cursor && body_.cursor->topic_name == name ? body_.cursor->partition_index : 0;
    const std::int64_t end = std::min(size, first + left_);
    for (std::int64_t i = first; i < end; ++i) {
      topic.partitions.push_back(describe(*image_, known->partitions[static_cast<std::size_t>(i)],
                                          request_.listener()));
    }
    left_ -= static_cast<std::int32_t>(topic.partitions.size());
    response.topics.push_back(std::move(topic));
    if (end >= size) return true;
    response.next_cursor = {name, static_cast<std::int32_t>(end)};
    return false;
  }

  const Request& request_;
  const metadata::ImagePtr image_;
  const DescribeTopicPartitionsRequest& body_;
  const bool all_;
  std::int32_t left_;
};

}  // namespace

void describe_topic_partitions(RequestPtr request, Broker& broker) {
  const auto body = read_body<DescribeTopicPartitionsRequest>(*request);
  if (!body) return;
  Page page(*request, broker, *body);
  const Names names = page.names();
  // Nobody has rights on an empty name: Kafka runs into that and gives up on the whole request.
  const Errc error = !page.valid(names)    ? Errc::invalid_request
                     : names.contains("") ? Errc::unknown_server_error
                                          : Errc::none;
  if (error == Errc::none) page.fill(names);
  for (const auto& asked : body->topics) {
    if (error == Errc::none) break;
    auto& topic = page.response.topics.emplace_back();
    topic.name = asked.name;
    topic.error_code = protocol::to_wire(error);
  }
  answer(*request, page.response);
}

}  // namespace millrace::broker
