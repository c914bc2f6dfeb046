#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "broker/handlers/handlers.h"
#include "broker/handlers/nodes.h"
#include "broker/handlers/operations.h"
#include "protocol/errc.h"
#include "protocol/gen/metadata.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using protocol::MetadataRequest;
using protocol::MetadataResponse;
using Topic = MetadataResponse::MetadataResponseTopic;
using Partition = MetadataResponse::MetadataResponsePartition;

// Builds one answer from one image.
class Answer {
 public:
  Answer(Request& request, Broker& broker, const MetadataRequest& body)
      : request_(request), broker_(broker), body_(body), image_(broker.image()) {}

  void send() {
    if (!valid()) return refuse(Errc::invalid_request);
    // What Kafka makes of topics without id and name: it runs into its own null.
    if (nameless()) return refuse(Errc::unknown_server_error);
    add_topics();
    add_brokers();
    answer(request_, response_);
  }

 private:
  bool all_topics() const { return !body_.topics || (body_.topics->empty() && request_.version() == 0); }

  // Before version 12 a topic has a name and no id.
  bool valid() const {
    if (all_topics() || request_.version() >= 12) return true;
    return std::all_of(body_.topics->begin(), body_.topics->end(),
                       [](const auto& topic) { return topic.name && topic.topic_id.is_zero(); });
  }

  bool nameless() const {
    if (all_topics() || by_id()) return false;
    return std::any_of(body_.topics->begin(), body_.topics->end(), [](const auto& topic) { return !topic.name; });
  }

  bool by_id() const {
    return std::any_of(body_.topics->begin(), body_.topics->end(),
                       [](const auto& topic) { return !topic.topic_id.is_zero(); });
  }

  void refuse(Errc error) {
    for (const auto& asked : *body_.topics) {
      Topic topic;
      topic.error_code = protocol::to_wire(error);
      topic.name = asked.name.value_or("");
      topic.topic_id = asked.topic_id;
      response_.topics.push_back(std::move(topic));
    }
    response_.error_code = protocol::to_wire(error);
    answer(request_, response_);
  }

  void add_topics() {
    if (all_topics()) {
      for (const auto* topic : image_->topics()) add(*topic);
      return;
    }
    if (by_id()) {
      add_by_id();
    } else {
      add_by_name();
    }
  }

  void add_by_id() {
    std::set<Uuid> seen;
    for (const auto& asked : *body_.topics) {
      if (asked.topic_id.is_zero() || !seen.insert(asked.topic_id).second) continue;
      if (const auto* known = image_->topic(asked.topic_id)) {
        add(*known);
        continue;
      }
      Topic topic;
      topic.error_code = protocol::to_wire(Errc::unknown_topic_id);
      topic.name = std::nullopt;
      topic.topic_id = asked.topic_id;
      response_.topics.push_back(std::move(topic));
    }
  }

  void add_by_name() {
    std::set<std::string_view> seen;
    std::vector<std::string> to_create;
    const bool create = broker_.config().topics.auto_create && body_.allow_auto_topic_creation;
    for (const auto& asked : *body_.topics) {
      const std::string_view name = asked.name.value_or("");
      if (!seen.insert(name).second) continue;
      if (const auto* known = image_->topic(name)) {
        add(*known);
        continue;
      }
      const bool valid_name = is_topic_name(name);
      Topic topic;
      topic.error_code =
          protocol::to_wire(valid_name ? Errc::unknown_topic_or_partition : Errc::invalid_topic_exception);
      topic.name = asked.name;
      topic.is_internal = is_internal_topic(name);
      if (body_.include_topic_authorized_operations) topic.topic_authorized_operations = kTopicOperations;
      response_.topics.push_back(std::move(topic));
      if (create && valid_name) to_create.emplace_back(name);
    }
    broker_.auto_topics().create(to_create);
  }

  void add(const metadata::TopicImage& known) {
    Topic topic;
    topic.name = known.name;
    topic.topic_id = known.id;
    topic.is_internal = is_internal_topic(known.name);
    if (body_.include_topic_authorized_operations) topic.topic_authorized_operations = kTopicOperations;
    topic.partitions.reserve(known.partitions.size());
    for (const auto& partition : known.partitions) topic.partitions.push_back(describe(partition));
    response_.topics.push_back(std::move(topic));
  }

  Partition describe(const metadata::PartitionImage& known) const {
    Partition partition;
    partition.partition_index = known.index.value();
    partition.leader_epoch = known.leader_epoch.value();
    partition.replica_nodes = numbers(known.replicas);
    partition.isr_nodes = numbers(known.isr);
    partition.offline_replicas = offline_replicas(*image_, known, request_.listener());
    const auto* leader = image_->broker(known.leader);
    if (leader != nullptr && endpoint_of(*leader, request_.listener()) != nullptr) {
      partition.leader_id = known.leader.value();
    } else {
      partition.leader_id = -1;
      const bool listener_missing = leader != nullptr && request_.version() >= 6;
      partition.error_code =
          protocol::to_wire(listener_missing ? Errc::listener_not_found : Errc::leader_not_available);
    }
    return partition;
  }

  // Brokers whom a client can reach by the listener it came through. With KRaft any of them passes for the controller:
  // requests for it may be sent to every broker.
  void add_brokers() {
    for (const auto* known : image_->brokers()) {
      const auto* endpoint = endpoint_of(*known, request_.listener());
      if (known->fenced || endpoint == nullptr) continue;
      MetadataResponse::MetadataResponseBroker entry;
      entry.node_id = known->id.value();
      entry.host = endpoint->host;
      entry.port = endpoint->port;
      if (known->rack) entry.rack = *known->rack;
      response_.brokers.push_back(entry);
    }
    if (!response_.brokers.empty()) {
      response_.controller_id =
          response_.brokers[broker_.shard().random.next() % response_.brokers.size()].node_id;
    }
    response_.cluster_id = broker_.facts().cluster_id;
    if (request_.version() >= 8 && body_.include_cluster_authorized_operations) {
      response_.cluster_authorized_operations = kClusterOperations;
    }
  }

  Request& request_;
  Broker& broker_;
  const MetadataRequest& body_;
  const metadata::ImagePtr image_;
  MetadataResponse response_;
};

}  // namespace

void metadata_request(RequestPtr request, Broker& broker) {
  const auto body = read_body<MetadataRequest>(*request);
  if (body) Answer(*request, broker, *body).send();
}

}  // namespace millrace::broker
