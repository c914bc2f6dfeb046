// GetTelemetrySubscriptions (KIP-714): which metrics a client is to push, and how often.
#include <iterator>
#include <utility>

#include "broker/handlers/handlers.h"
#include "broker/handlers/telemetry_client.h"
#include "protocol/gen/get_telemetry_subscriptions.h"

namespace millrace::broker {
namespace {

// In the order in which clients are to try them: zstd, lz4, gzip, snappy.
constexpr std::int8_t kCodecs[] = {4, 3, 1, 2};

void send(Request& request, const Telemetry::Subscription& subscription) {
  protocol::GetTelemetrySubscriptionsResponse response;
  response.error_code = protocol::to_wire(subscription.error);
  if (subscription.error == protocol::Errc::none) {
    response.client_instance_id = subscription.instance;
    response.subscription_id = subscription.id;
    response.accepted_compression_types.assign(std::begin(kCodecs), std::end(kCodecs));
    response.push_interval_ms = subscription.interval_ms;
    response.telemetry_max_bytes = subscription.max_bytes;
    response.delta_temporality = true;
    for (const auto& metric : subscription.metrics) response.requested_metrics.push_back(metric);
  }
  answer(request, response);
}

// The instance is forgotten with the connection that it came by.
void forget_with(Client& client, Broker& broker, const Uuid& instance) {
  client.when_gone.clear();
  client.when_gone.emplace_back([&broker, instance] {
    broker.crossing().ask<bool>(
        telemetry_shard(broker, instance),
        [instance](Broker& there, Callback<void(bool)> done) {
          there.telemetry().forget(instance);
          done(true);
        },
        [](bool) {});
  });
}

}  // namespace

void get_telemetry_subscriptions(RequestPtr request, Broker& broker) {
  const auto body = read_body<protocol::GetTelemetrySubscriptionsRequest>(*request);
  if (!body) return;
  const Uuid instance =
      body->client_instance_id.is_zero() ? broker.shard().random.uuid() : body->client_instance_id;
  forget_with(*request->client(), broker, instance);
  TelemetryClient client = telemetry_client(*request, instance);
  broker.crossing().ask<Telemetry::Subscription>(
      telemetry_shard(broker, instance),
      [client = std::move(client), image = broker.image()](
          Broker& there, Callback<void(Telemetry::Subscription)> done) {
        there.observe(image);
        done(there.telemetry().subscription(client, there.shard().clock.wall()));
      },
      [request = std::move(request)](Telemetry::Subscription subscription) { send(*request, subscription); });
}

}  // namespace millrace::broker
