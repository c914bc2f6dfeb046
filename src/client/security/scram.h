#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha2.h"
#include "client/security/sasl.h"

namespace millrace::client {

// SCRAM (RFC 5802, 7677) without channel binding, as Kafka speaks it: names and passwords are used as they are.
class Scram final : public SaslExchange {
 public:
  // `options` outlives it. `nonce`: printable, without commas, never used before.
  Scram(Digest kind, const SaslOptions& options, std::string nonce);
  std::string first() override;
  Result<std::optional<std::string>> next(std::string_view challenge) override;

 private:
  Result<std::optional<std::string>> prove(std::string_view server_first);
  Result<std::optional<std::string>> check(std::string_view server_final);

  const Digest kind_;
  const SaslOptions& options_;
  const std::string nonce_;
  std::string first_bare_;
  std::vector<std::byte> server_signature_;
  bool proved_ = false;
};

std::string scram_nonce(ports::Random& random);

}  // namespace millrace::client
