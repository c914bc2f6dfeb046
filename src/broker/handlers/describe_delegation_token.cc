// DescribeDelegationToken (KIP-48). Tokens are for those who have authenticated; over a listener without, Kafka refuses
// before it looks whether there are any.
#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_delegation_token.h"

namespace millrace::broker {

void describe_delegation_token(RequestPtr request, Broker&) {
  if (!read_body<protocol::DescribeDelegationTokenRequest>(*request)) return;
  protocol::DescribeDelegationTokenResponse response;
  response.error_code = protocol::to_wire(protocol::Errc::delegation_token_request_not_allowed);
  answer(*request, response);
}

}  // namespace millrace::broker
