#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "client/broker_versions.h"
#include "client/security/sasl.h"

namespace millrace::client {

// What a connection says to a listener that demands SASL, before its first request and again before the session that
// the broker grants is over (KIP-152, KIP-368): SaslHandshake, then SaslAuthenticate until both sides are content.
// Requests out, answers in, one at a time.
class Authentication {
 public:
  // `options` outlives it. `broker` names the peer in errors.
  Authentication(const SaslOptions& options, const TokenSource::Token& token, ports::Random& random,
                 const BrokerVersions& versions, std::string client_id, std::string broker);

  // The frame of the next request. Cause::unsupported_version if the broker has no SASL.
  Result<Buffer> request(std::int32_t correlation);
  // Takes the answer to it, without its header: whether everything is said. Cause::authentication, fatal, when one side
  // does not accept the other.
  Result<bool> take(Bytes body);
  // How long the session lasts, once everything is said; 0: without end.
  Millis lifetime() const { return lifetime_; }

 private:
  Result<bool> take_handshake(Bytes body);
  Result<bool> take_step(Bytes body);
  Error refused(std::int16_t code, std::string_view detail) const;

  const SaslOptions& options_;
  const BrokerVersions& versions_;
  const std::string client_id_;
  const std::string broker_;
  std::unique_ptr<SaslExchange> exchange_;
  bool greeted_ = false;
  std::int16_t version_ = 0;
  std::string message_;
  Millis lifetime_{0};
};

}  // namespace millrace::client
