// ExpireDelegationToken (KIP-48), for a listener without authentication.
#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/expire_delegation_token.h"

namespace millrace::broker {

void expire_delegation_token(RequestPtr request, Broker&) {
  if (!read_body<protocol::ExpireDelegationTokenRequest>(*request)) return;
  protocol::ExpireDelegationTokenResponse response;
  response.error_code = protocol::to_wire(protocol::Errc::delegation_token_request_not_allowed);
  response.expiry_timestamp_ms = -1;
  answer(*request, response);
}

}  // namespace millrace::broker
