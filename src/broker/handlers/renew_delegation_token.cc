// RenewDelegationToken (KIP-48), for a listener without authentication.
#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/renew_delegation_token.h"

namespace millrace::broker {

void renew_delegation_token(RequestPtr request, Broker&) {
  if (!read_body<protocol::RenewDelegationTokenRequest>(*request)) return;
  protocol::RenewDelegationTokenResponse response;
  response.error_code = protocol::to_wire(protocol::Errc::delegation_token_request_not_allowed);
  response.expiry_timestamp_ms = -1;
  answer(*request, response);
}

}  // namespace millrace::broker
