#pragma once

#include <memory>

#include "client/security/sasl.h"
#include "client/settings.h"

namespace millrace::client {

// Whether security.protocol asks for TLS, and for SASL.
struct SecurityProtocol {
  bool tls = false;
  bool sasl = false;
};
SecurityProtocol security_protocol(const Settings& settings);

// Who the client is, from sasl.mechanism with sasl.jaas.config or sasl.username and sasl.password. `tokens`: the
// program's source of tokens, null if it has given none. Cause::invalid_config names what is missing.
Result<std::shared_ptr<const SaslOptions>> sasl_options(const Settings& settings, std::shared_ptr<TokenSource> tokens);

}  // namespace millrace::client
