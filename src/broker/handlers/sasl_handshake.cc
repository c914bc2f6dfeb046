// SaslHandshake (KIP-43): only connections by a listener that authenticates may ask, and this node has none.
#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/sasl_handshake.h"

namespace millrace::broker {

void sasl_handshake(RequestPtr request, Broker&) {
  if (!read_body<protocol::SaslHandshakeRequest>(*request)) return;
  protocol::SaslHandshakeResponse response;
  response.error_code = protocol::to_wire(protocol::Errc::illegal_sasl_state);
  answer(*request, response);
}

}  // namespace millrace::broker
