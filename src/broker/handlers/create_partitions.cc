#include <algorithm>

#include "broker/handlers/handlers.h"
#include "broker/handlers/mutation_quota.h"
#include "protocol/errc.h"
#include "protocol/gen/create_partitions.h"

namespace millrace::broker {
namespace {

using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;

constexpr std::int16_t kStrictSince = 3;

}  // namespace

// KIP-195, KIP-599. The controller decides all of it but the quota.
void create_partitions(RequestPtr request, Broker& broker) {
  auto body = read_body<CreatePartitionsRequest>(*request);
  if (!body) return;
  if (body->validate_only || !broker.quotas().active()) return forward(std::move(request), broker);
  std::vector<double> costs;
  for (const auto& topic : body->topics) {
    const auto* known = broker.image()->topic(topic.name);
    const double now = known == nullptr ? topic.count : static_cast<double>(known->partitions.size());
    costs.push_back(std::max(0.0, topic.count - now));
  }
  const bool strict = request->version() >= kStrictSince;
  take_permits(request, broker, std::move(costs), strict,
               [request, &broker, body = std::move(*body)](std::size_t granted) mutable {
    if (granted == body.topics.size()) return forward(std::move(request), broker);
    forward_some<CreatePartitionsResponse>(std::move(request), broker, std::move(body),
                                           &CreatePartitionsRequest::topics, granted,
                                           [](const auto& topic, CreatePartitionsResponse& response) {
      response.results.push_back({topic.name, protocol::to_wire(protocol::Errc::throttling_quota_exceeded),
                                  kMutationQuotaExceeded});
    });
  });
}

}  // namespace millrace::broker
