#include "client/security/scram.h"

#include <array>
#include <utility>

#include "base/base64.h"
#include "client/limits.h"
#include "config/value.h"

namespace millrace::client {
namespace {

constexpr std::string_view kNoBinding = "n,,";
constexpr std::size_t kNonceWords = 4;

std::string escaped(std::string_view user) {
  std::string text;
  for (const char c : user) {
    if (c == '=') {
      text += "=3D";
    } else if (c == ',') {
      text += "=2C";
    } else {
      text += c;
    }
  }
  return text;
}

// The value of "k=..." among the parts between the commas.
std::optional<std::string_view> part(std::string_view message, char key) {
  while (!message.empty()) {
    const std::size_t end = std::min(message.find(','), message.size());
    if (end >= 2 && message[0] == key && message[1] == '=') return message.substr(2, end - 2);
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return std::nullopt;
}

Error unintelligible() {
  return authentication_error("SCRAM: what the broker answered is not SCRAM; see whether it is a Kafka broker");
}

}  // namespace

std::string scram_nonce(ports::Random& random) {
  std::array<std::uint64_t, kNonceWords> words{};
  for (auto& word : words) word = random.secure();
  return base64(std::as_bytes(std::span(words)));
}

Scram::Scram(Digest kind, const SaslOptions& options, std::string nonce)
    : kind_(kind), options_(options), nonce_(std::move(nonce)) {}

std::string Scram::first() {
  first_bare_ = "n=" + escaped(options_.username) + ",r=" + nonce_;
  if (options_.delegation_token) first_bare_ += ",tokenauth=true";
  return std::string(kNoBinding) + first_bare_;
}

Result<std::optional<std::string>> Scram::next(std::string_view challenge) {
  return proved_ ? check(challenge) : prove(challenge);
}

Result<std::optional<std::string>> Scram::prove(std::string_view server_first) {
  const auto nonce = part(server_first, 'r');
  const auto salt_text = part(server_first, 's');
  const auto rounds_text = part(server_first, 'i');
  if (!nonce || !salt_text || !rounds_text) return unintelligible();
  const auto salt = parse_base64(*salt_text);
  const auto rounds = config::parse_whole(*rounds_text);
  if (!salt || !rounds || *rounds < 1 || *rounds > kMaxScramRounds) return unintelligible();
  if (!nonce->starts_with(nonce_) || nonce->size() == nonce_.size()) {
    return authentication_error("SCRAM: the broker answered another client's exchange; somebody may be in between");
  }
  const auto salted = stretched(kind_, as_bytes(options_.password), *salt, static_cast<std::uint32_t>(*rounds));
  const auto client_key = hmac(kind_, salted, as_bytes("Client Key"));
  const auto stored_key = digest(kind_, client_key);
  const std::string without_proof = "c=" + base64(as_bytes(kNoBinding)) + ",r=" + std::string(*nonce);
  const std::string signed_text = first_bare_ + ',' + std::string(server_first) + ',' + without_proof;
  auto proof = hmac(kind_, stored_key, as_bytes(signed_text));
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] ^= client_key[i];
  const auto server_key = hmac(kind_, salted, as_bytes("Server Key"));
  server_signature_ = hmac(kind_, server_key, as_bytes(signed_text));
  proved_ = true;
  return std::optional(without_proof + ",p=" + base64(proof));
}

Result<std::optional<std::string>> Scram::check(std::string_view server_final) {
  if (const auto why = part(server_final, 'e')) {
    return authentication_error("SCRAM: the broker refuses user " + options_.username + " (" + std::string(*why) +
                                "); check sasl.username and sasl.password");
  }
  const auto signature = part(server_final, 'v');
  if (!signature) return unintelligible();
  if (base64(server_signature_) != *signature) {
    return authentication_error(
        "SCRAM: the broker does not know the password of user " + options_.username +
        ", so it is not the one that it should be; check the address, and who answers there");
  }
  return std::optional<std::string>();
}

}  // namespace millrace::client
