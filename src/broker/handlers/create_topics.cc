#include "broker/handlers/handlers.h"
#include "broker/handlers/mutation_quota.h"
#include "protocol/errc.h"
#include "protocol/gen/create_topics.h"

namespace millrace::broker {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;

// From here on a client that has used up its quota is refused instead of delayed.
constexpr std::int16_t kStrictSince = 6;

double cost_of(const CreateTopicsRequest::CreatableTopic& topic, const Broker& broker) {
  if (broker.image()->topic(topic.name) != nullptr) return 0;  // the controller will refuse it
  if (!topic.assignments.empty()) return static_cast<double>(topic.assignments.size());
  return topic.num_partitions < 0 ? broker.config().topics.partitions : topic.num_partitions;
}

}  // namespace

// KIP-4, KIP-525, KIP-599. The controller decides all of it but the quota; a body that cannot be read ends the
// connection here, as every other does.
void create_topics(RequestPtr request, Broker& broker) {
  auto body = read_body<CreateTopicsRequest>(*request);
  if (!body) return;
  if (body->validate_only || !broker.quotas().active()) return forward(std::move(request), broker);
  std::vector<double> costs;
  for (const auto& topic : body->topics) costs.push_back(cost_of(topic, broker));
  const bool strict = request->version() >= kStrictSince;
  take_permits(request, broker, std::move(costs), strict,
               [request, &broker, body = std::move(*body)](std::size_t granted) mutable {
    if (granted == body.topics.size()) return forward(std::move(request), broker);
    forward_some<CreateTopicsResponse>(std::move(request), broker, std::move(body), &CreateTopicsRequest::topics,
                                       granted, [](const auto& topic, CreateTopicsResponse& response) {
      auto& refused = response.topics.emplace_back();
      refused.name = topic.name;
      refused.error_code = protocol::to_wire(protocol::Errc::throttling_quota_exceeded);
      refused.error_message = kMutationQuotaExceeded;
      refused.configs = std::vector<CreateTopicsResponse::CreatableTopicConfigs>();
    });
  });
}

}  // namespace millrace::broker
