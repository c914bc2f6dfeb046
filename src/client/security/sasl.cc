#include "client/security/sasl.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/errors.h"
#include "client/security/scram.h"

namespace millrace::client {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"};

// RFC 4616: one message, and the broker's silence is its consent.
class Plain final : public SaslExchange {
 public:
  explicit Plain(const SaslOptions& options) : options_(options) {}
  std::string first() override {
    std::string message(1, '\0');
    message += options_.username;
    message += '\0';
    return message + options_.password;
  }
  Result<std::optional<std::string>> next(std::string_view) override { return std::optional<std::string>(); }

 private:
  const SaslOptions& options_;
};

// RFC 7628. A broker that refuses the token says why and wants one more message before it ends the exchange.
class Bearer final : public SaslExchange {
 public:
  explicit Bearer(TokenSource::Token token) : token_(std::move(token)) {}
  std::string first() override {
    std::string message = "n,,\x01" "auth=Bearer " + token_.value + '\x01';
    for (const auto& [key, value] : token_.extensions) message += key + '=' + value + '\x01';
    return message + '\x01';
  }
  Result<std::optional<std::string>> next(std::string_view challenge) override {
    if (challenge.empty()) return std::optional<std::string>();
    return std::optional<std::string>("\x01");
  }

 private:
  const TokenSource::Token token_;
};

}  // namespace

std::string_view name(SaslMechanism mechanism) { return kNames[static_cast<std::size_t>(mechanism)]; }

std::optional<SaslMechanism> sasl_mechanism(std::string_view text) {
  const auto* at = std::ranges::find(kNames, text);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<SaslMechanism>(at - kNames.begin());
}

std::unique_ptr<SaslExchange> begin_exchange(const SaslOptions& options, const TokenSource::Token& token,
                                             ports::Random& random) {
  switch (options.mechanism) {
    case SaslMechanism::plain: return std::make_unique<Plain>(options);
    case SaslMechanism::oauthbearer: return std::make_unique<Bearer>(token);
    case SaslMechanism::scram_sha_256: return std::make_unique<Scram>(Digest::sha256, options, scram_nonce(random));
    case SaslMechanism::scram_sha_512: return std::make_unique<Scram>(Digest::sha512, options, scram_nonce(random));
  }
  return nullptr;
}

Error authentication_error(std::string message) {
  Error error = local_error(Cause::authentication, std::move(message));
  error.fatal = true;
  return error;
}

}  // namespace millrace::client
