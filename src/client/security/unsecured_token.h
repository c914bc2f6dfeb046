#pragma once

#include "client/security/jaas.h"
#include "client/security/sasl.h"

namespace millrace::client {

// Tokens that nobody has signed, from the options unsecuredLogin... of OAuthBearerLoginModule, as Kafka's own brokers
// take them where no other handler is configured: for development only (KIP-255). Cause::invalid_config without a
// claim `sub` or with one of another type.
Result<std::shared_ptr<TokenSource>> unsecured_tokens(const Jaas& jaas);

}  // namespace millrace::client
