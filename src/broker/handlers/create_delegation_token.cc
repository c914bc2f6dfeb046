// CreateDelegationToken (KIP-48, KIP-373). Tokens are for those who have authenticated; over a listener without, Kafka
// refuses before it looks at anything else.
#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/create_delegation_token.h"

namespace millrace::broker {

void create_delegation_token(RequestPtr request, Broker&) {
  const auto body = read_body<protocol::CreateDelegationTokenRequest>(*request);
  if (!body) return;
  protocol::CreateDelegationTokenResponse response;
  response.error_code = protocol::to_wire(protocol::Errc::delegation_token_request_not_allowed);
  response.token_requester_principal_type = response.principal_type = "User";
  response.token_requester_principal_name = response.principal_name = "ANONYMOUS";
  if (body->owner_principal_name && !body->owner_principal_name->empty()) {
    response.principal_type = body->owner_principal_type.value_or("");
    response.principal_name = *body->owner_principal_name;
  }
  response.issue_timestamp_ms = response.expiry_timestamp_ms = response.max_timestamp_ms = -1;
  answer(*request, response);
}

}  // namespace millrace::broker
