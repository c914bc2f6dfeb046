// SaslAuthenticate (KIP-152): a step that no handshake has begun.
#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/sasl_authenticate.h"

namespace millrace::broker {

void sasl_authenticate(RequestPtr request, Broker&) {
  if (!read_body<protocol::SaslAuthenticateRequest>(*request)) return;
  protocol::SaslAuthenticateResponse response;
  response.error_code = protocol::to_wire(protocol::Errc::illegal_sasl_state);
  response.error_message = "SaslAuthenticate request received after successful authentication";
  answer(*request, response);
}

}  // namespace millrace::broker
