#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/init_producer_id.h"

namespace millrace::broker {

// KIP-98, KIP-360. Idempotent producers get an id of their own. Transactions are shown and not
// run on this node: a transactional id gets COORDINATOR_NOT_AVAILABLE.
void init_producer_id(RequestPtr request, Broker& broker) {
  using protocol::Errc;
  const auto body = read_body<protocol::InitProducerIdRequest>(*request);
  if (!body) return;
  const auto refuse = [&](Errc error) {
    protocol::InitProducerIdResponse response;
    response.error_code = protocol::to_wire(error);
    response.producer_epoch = -1;
    answer(*request, response);
  };
  const bool has_id = body->producer_id != -1;
  const bool has_epoch = body->producer_epoch != -1;
  if (has_id != has_epoch) return refuse(Errc::invalid_request);
  if (body->transactional_id) {
    return refuse(body->transactional_id->empty() ? Errc::invalid_request : Errc::coordinator_not_available);
  }
  broker.producer_ids().next([request = std::move(request)](Result<ProducerId, Errc> id) {
    protocol::InitProducerIdResponse response;
    response.error_code = id ? 0 : protocol::to_wire(id.error());
    response.producer_id = id ? id->value() : -1;
    response.producer_epoch = id ? 0 : -1;
    answer(*request, response);
  });
}

}  // namespace millrace::broker
