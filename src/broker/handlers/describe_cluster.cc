// DescribeCluster (KIP-700, KIP-919, KIP-1073): who belongs to the cluster. On a broker's listener that is the brokers,
// any of which passes for the controller; on a controller's the controllers, with the active one.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "broker/arena.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/nodes.h"
#include "broker/handlers/operations.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_cluster.h"

namespace millrace::broker {
namespace {

using protocol::DescribeClusterRequest;
using protocol::DescribeClusterResponse;
using protocol::Errc;

constexpr std::int8_t kBrokers = 1;
constexpr std::int8_t kControllers = 2;

std::string_view type_name(std::int8_t type) { return type == kControllers ? "CONTROLLER" : "BROKER"; }

void refuse(Request& request, Errc error, std::string message) {
  DescribeClusterResponse response;
  response.error_code = protocol::to_wire(request.version() == 0 ? Errc::invalid_request : error);
  response.error_message = message;
  answer(request, response);
}

void add_brokers(const metadata::Image& image, const Listener& listener, bool fenced_too,
                 DescribeClusterResponse& response) {
  for (const auto* known : image.brokers()) {
    const auto* endpoint = endpoint_of(*known, listener);
    if (endpoint == nullptr || (known->fenced && !fenced_too)) continue;
    DescribeClusterResponse::DescribeClusterBroker entry;
    entry.broker_id = known->id.value();
    entry.host = endpoint->host;
    entry.port = endpoint->port;
    if (known->rack) entry.rack = *known->rack;
    entry.is_fenced = known->fenced;
    response.brokers.push_back(entry);
  }
}

void add_controllers(const metadata::Image& image, const Listener& listener, DescribeClusterResponse& response) {
  for (const auto* known : image.controllers()) {
    for (const auto& endpoint : known->endpoints) {
      if (endpoint.listener != listener.name) continue;
      DescribeClusterResponse::DescribeClusterBroker entry;
      entry.broker_id = known->id.value();
      entry.host = endpoint.host;
      entry.port = endpoint.port;
      response.brokers.push_back(entry);
    }
  }
}

// An unfenced broker, by chance.
std::int32_t any_broker(Broker& broker, const Listener& listener) {
  std::vector<std::int32_t> alive;
  for (const auto* known : broker.image()->brokers()) {
    if (!known->fenced && endpoint_of(*known, listener) != nullptr) alive.push_back(known->id.value());
  }
  return alive.empty() ? -1 : alive[broker.shard().random.next() % alive.size()];
}

}  // namespace

void describe_cluster(RequestPtr request, Broker& broker) {
  const auto body = read_body<DescribeClusterRequest>(*request);
  if (!body) return;
  const std::int8_t here = request->listener().controller ? kControllers : kBrokers;
  if (body->endpoint_type != kBrokers && body->endpoint_type != kControllers) {
    return refuse(*request, Errc::unsupported_endpoint_type,
                  fmt::format("Unsupported endpoint type {}", body->endpoint_type));
  }
  if (body->endpoint_type != here) {
    return refuse(*request, Errc::mismatched_endpoint_type,
                  fmt::format("The request was sent to an endpoint of type {}, but we wanted an endpoint of type {}",
                              type_name(here), type_name(body->endpoint_type)));
  }
  const metadata::ImagePtr image = broker.image();
  DescribeClusterResponse response;
  response.endpoint_type = here;
  response.cluster_id = broker.facts().cluster_id;
  if (body->include_cluster_authorized_operations) response.cluster_authorized_operations = kClusterOperations;
  if (here == kBrokers) {
    add_brokers(*image, request->listener(), body->include_fenced_brokers, response);
    response.controller_id = any_broker(broker, request->listener());
  } else {
    add_controllers(*image, request->listener(), response);
    response.controller_id = image->controller().value();
  }
  answer(*request, response);
}

}  // namespace millrace::broker
