#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "millrace/result.h"
#include "ports/random.h"

namespace millrace::client {

enum class SaslMechanism : std::uint8_t { plain, scram_sha_256, scram_sha_512, oauthbearer };

// "SCRAM-SHA-256" and so on: as they travel.
std::string_view name(SaslMechanism mechanism);
std::optional<SaslMechanism> sasl_mechanism(std::string_view name);

// Where OAUTHBEARER gets its tokens from. fetch() may take long; it is called in jobs, one at a time per connection.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  struct Token {
    std::string value;
    std::map<std::string, std::string> extensions;  // KIP-342
  };
  virtual Result<Token> fetch(WallTime now) = 0;
};

// Who a client says it is.
struct SaslOptions {
  SaslMechanism mechanism = SaslMechanism::plain;
  std::string username;
  std::string password;
  bool delegation_token = false;        // SCRAM: name and password are those of a delegation token (KIP-48)
  std::shared_ptr<TokenSource> tokens;  // OAUTHBEARER
};

// The client's side of one exchange. No clock, no network: bytes in, bytes out.
class SaslExchange {
 public:
  virtual ~SaslExchange() = default;
  // The message that begins it. Call once.
  virtual std::string first() = 0;
  // The broker's next words. Returns what to answer, or nothing when both sides are content. Cause::authentication when
  // the broker has not proved that it knows the secret, or does not keep to the protocol.
  virtual Result<std::optional<std::string>> next(std::string_view challenge) = 0;
};

// `token`: for OAUTHBEARER only. `random` is used at once.
std::unique_ptr<SaslExchange> begin_exchange(const SaslOptions& options, const TokenSource::Token& token,
                                             ports::Random& random);

// An error that says who was refused and what to do; fatal.
Error authentication_error(std::string message);

}  // namespace millrace::client
