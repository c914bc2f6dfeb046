// PushTelemetry (KIP-714): what a client has measured.
#include <utility>

#include "broker/handlers/handlers.h"
#include "broker/handlers/telemetry_client.h"
#include "protocol/errc.h"
#include "protocol/gen/push_telemetry.h"

namespace millrace::broker {
namespace {

using protocol::Errc;

void send(Request& request, Errc error) {
  protocol::PushTelemetryResponse response;
  response.error_code = protocol::to_wire(error);
  answer(request, response);
}

// Ids that Kafka never gives away.
bool is_reserved(const Uuid& instance) { return instance.high == 0 && instance.low <= 1; }

}  // namespace

void push_telemetry(RequestPtr request, Broker& broker) {
  const auto body = read_body<protocol::PushTelemetryRequest>(*request);
  if (!body) return;
  const Uuid instance = body->client_instance_id;
  if (is_reserved(instance)) return send(*request, Errc::invalid_request);
  Telemetry::Push push{body->subscription_id, body->terminating, body->compression_type,
                       Buffer::copy_of(body->metrics)};
  TelemetryClient client = telemetry_client(*request, instance);
  broker.crossing().ask<Errc>(
      telemetry_shard(broker, instance),
      [client = std::move(client), push = std::move(push), image = broker.image()](
          Broker& there, Callback<void(Errc)> done) {
        there.observe(image);
        done(there.telemetry().push(client, push, there.shard().clock.wall()));
      },
      [request = std::move(request)](Errc error) { send(*request, error); });
}

}  // namespace millrace::broker
