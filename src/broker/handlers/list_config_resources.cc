// ListConfigResources (KIP-1000, KIP-1142): what there are settings of. Version 0 lists subscriptions to clients'
// metrics only.
#include <algorithm>
#include <string>
#include <vector>

#include "broker/arena.h"
#include "broker/handlers/config_resources.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/nodes.h"
#include "protocol/errc.h"
#include "protocol/gen/list_config_resources.h"

namespace millrace::broker {
namespace {

using metadata::ResourceType;
using protocol::Errc;
using protocol::ListConfigResourcesRequest;
using protocol::ListConfigResourcesResponse;

// The order of Kafka's answers.
constexpr ResourceType kOrder[] = {ResourceType::group, ResourceType::client_metrics, ResourceType::broker_logger,
                                   ResourceType::broker, ResourceType::topic};

class Listing {
 public:
  Listing(Broker& broker, const Listener& listener) : image_(broker.image()), listener_(listener) {}

  void add(ResourceType type) {
    switch (type) {
      case ResourceType::topic:
        for (const auto* topic : image_->topics()) put(type, topic->name);
        break;
      case ResourceType::broker:
      case ResourceType::broker_logger:
        for (const auto* broker : image_->brokers()) {
          if (endpoint_of(*broker, listener_) != nullptr) put(type, arena_.keep(std::to_string(broker->id.value())));
        }
        break;
      case ResourceType::group:
      case ResourceType::client_metrics:
        for (auto& resource : image_->configured()) {
          if (resource.type == type) put(type, arena_.keep(std::move(resource.name)));
        }
        break;
    }
  }

  ListConfigResourcesResponse response;

 private:
  void put(ResourceType type, std::string_view name) {
    auto& entry = response.config_resources.emplace_back();
    entry.resource_name = name;
    entry.resource_type = static_cast<std::int8_t>(type);
  }

  const metadata::ImagePtr image_;
  const Listener& listener_;
  Arena arena_;
};

}  // namespace

void list_config_resources(RequestPtr request, Broker& broker) {
  const auto body = read_body<ListConfigResourcesRequest>(*request);
  if (!body) return;
  Listing listing(broker, request->listener());
  const auto& types = body->resource_types;
  if (!std::ranges::all_of(types, is_config_type)) {
    listing.response.error_code = protocol::to_wire(Errc::unsupported_version);
    return answer(*request, listing.response);
  }
  for (const ResourceType type : kOrder) {
    const bool wanted = request->version() == 0 ? type == ResourceType::client_metrics
                                                : types.empty() || std::ranges::find(types, static_cast<std::int8_t>(
                                                                                                type)) != types.end();
    if (wanted) listing.add(type);
  }
  answer(*request, listing.response);
}

}  // namespace millrace::broker
