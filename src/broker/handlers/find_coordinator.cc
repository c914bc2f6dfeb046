#include <optional>
#include <string>
#include <vector>

#include "broker/handlers/handlers.h"
#include "coordinator/partition_choice.h"
#include "protocol/errc.h"
#include "protocol/gen/find_coordinator.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using protocol::FindCoordinatorRequest;
using protocol::FindCoordinatorResponse;

constexpr std::int8_t kGroup = 0;
constexpr std::int8_t kTransaction = 1;
constexpr std::int8_t kShare = 2;

struct Found {
  Errc error = Errc::none;
  const metadata::EndpointImage* endpoint = nullptr;  // without an error
  NodeId node = kNoNode;
};

// The broker that leads the partition of `topic` which keeps the key. The topic is created when the first key is asked
// for.
Found find_in(std::string_view topic_name, std::string_view key, const Listener& listener, Broker& broker) {
  const auto& image = *broker.image();
  const auto* topic = image.topic(topic_name);
  if (topic == nullptr) {
    broker.auto_topics().create({std::string(topic_name)});
    return {Errc::coordinator_not_available};
  }
  const PartitionIndex index = coordinator::partition_for(key, static_cast<std::int32_t>(topic->partitions.size()));
  const auto& partition = topic->partitions[static_cast<std::size_t>(index.value())];
  const auto* leader = image.broker(partition.leader);
  if (leader == nullptr || leader->fenced) return {Errc::coordinator_not_available};
  for (const auto& endpoint : leader->endpoints) {
    if (endpoint.listener == listener.name) return {Errc::none, &endpoint, leader->id};
  }
  return {Errc::coordinator_not_available};
}

// Share groups have no coordinator on this node: theirs is not available, and their topic is not made.
Found find(std::int8_t type, std::string_view key, const Request& request, Broker& broker) {
  if (type == kGroup) return find_in(groups::kOffsetsTopic, key, request.listener(), broker);
  if (type == kTransaction) return find_in(txn::kTransactionTopic, key, request.listener(), broker);
  if (type == kShare && request.version() >= 6) return {Errc::coordinator_not_available};
  return {Errc::invalid_request};
}

template <typename Target>
void fill(const Found& found, Target& target) {
  target.error_code = protocol::to_wire(found.error);
  target.error_message = protocol::name(found.error);
  target.node_id = found.node.value();
  target.host = found.endpoint != nullptr ? std::string_view(found.endpoint->host) : std::string_view();
  target.port = found.endpoint != nullptr ? found.endpoint->port : -1;
}

}  // namespace

// KIP-699: several keys at once since version 4.
void find_coordinator(RequestPtr request, Broker& broker) {
  const auto body = read_body<FindCoordinatorRequest>(*request);
  if (!body) return;
  FindCoordinatorResponse response;
  const metadata::ImagePtr image = broker.image();
  if (request->version() < 4) {
    fill(find(body->key_type, body->key, *request, broker), response);
  } else {
    for (const std::string_view key : body->coordinator_keys) {
      FindCoordinatorResponse::Coordinator entry;
      entry.key = key;
      fill(find(body->key_type, key, *request, broker), entry);
      response.coordinators.push_back(entry);
    }
  }
  answer(*request, response);
}

}  // namespace millrace::broker
