#include "broker/handlers/handlers.h"
#include "broker/handlers/mutation_quota.h"
#include "protocol/errc.h"
#include "protocol/gen/delete_topics.h"

namespace millrace::broker {
namespace {

using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;

constexpr std::int16_t kStrictSince = 5;
constexpr std::int16_t kStatesSince = 6;

double cost_of(const metadata::TopicImage* topic) {
  return topic == nullptr ? 0 : static_cast<double>(topic->partitions.size());
}

void refuse(std::optional<std::string_view> name, const Uuid& id, DeleteTopicsResponse& response) {
  response.responses.push_back({name, id, protocol::to_wire(protocol::Errc::throttling_quota_exceeded),
                                kMutationQuotaExceeded});
}

void forward_granted(RequestPtr request, Broker& broker, DeleteTopicsRequest body, std::size_t granted) {
  if (request->version() >= kStatesSince) {
    forward_some<DeleteTopicsResponse>(
        std::move(request), broker, std::move(body), &DeleteTopicsRequest::topics, granted,
        [](const auto& topic, DeleteTopicsResponse& response) { refuse(topic.name, topic.topic_id, response); });
  } else {
    forward_some<DeleteTopicsResponse>(
        std::move(request), broker, std::move(body), &DeleteTopicsRequest::topic_names, granted,
        [](std::string_view name, DeleteTopicsResponse& response) { refuse(name, {}, response); });
  }
}

}  // namespace

// KIP-4, KIP-516 (by id since version 6), KIP-599. The controller decides all of it but the quota.
void delete_topics(RequestPtr request, Broker& broker) {
  auto body = read_body<DeleteTopicsRequest>(*request);
  if (!body) return;
  if (!broker.quotas().active()) return forward(std::move(request), broker);
  std::vector<double> costs;
  for (const auto& topic : body->topics) {
    const auto& image = *broker.image();
    costs.push_back(cost_of(topic.name ? image.topic(*topic.name) : image.topic(topic.topic_id)));
  }
  for (const auto name : body->topic_names) costs.push_back(cost_of(broker.image()->topic(name)));
  const std::size_t all = costs.size();
  const bool strict = request->version() >= kStrictSince;
  take_permits(request, broker, std::move(costs), strict,
               [request, &broker, all, body = std::move(*body)](std::size_t granted) mutable {
    if (granted == all) return forward(std::move(request), broker);
    forward_granted(std::move(request), broker, std::move(body), granted);
  });
}

}  // namespace millrace::broker
