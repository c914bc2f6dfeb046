#include "client/security/unsecured_token.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "client/errors.h"

namespace millrace::client {
namespace {

constexpr std::string_view kStringClaim = "unsecuredLoginStringClaim_";
constexpr std::string_view kNumberClaim = "unsecuredLoginNumberClaim_";
constexpr std::string_view kLifetime = "unsecuredLoginLifetimeSeconds";
constexpr std::string_view kExtension = "unsecuredLoginExtension_";
constexpr std::int64_t kLifetimeSeconds = 3600;

std::string base64_url(std::string_view text) {
  std::string encoded = base64(as_bytes(text));
  while (encoded.ends_with('=')) encoded.pop_back();
  std::ranges::replace(encoded, '+', '-');
  std::ranges::replace(encoded, '/', '_');
  return encoded;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

class Unsecured final : public TokenSource {
 public:
  Unsecured(std::string claims, std::int64_t lifetime, std::map<std::string, std::string> extensions)
      : claims_(std::move(claims)), lifetime_(lifetime), extensions_(std::move(extensions)) {}
  Result<Token> fetch(WallTime now) override {
    const std::int64_t seconds = now.value() / 1000;
    const std::string claims = fmt::format("{{{},\"iat\":{},\"exp\":{}}}", claims_, seconds, seconds + lifetime_);
    return Token{base64_url(R"({"alg":"none"})") + '.' + base64_url(claims) + '.', extensions_};
  }

 private:
  const std::string claims_;
  const std::int64_t lifetime_;
  const std::map<std::string, std::string> extensions_;
};

}  // namespace

Result<std::shared_ptr<TokenSource>> unsecured_tokens(const Jaas& jaas) {
  std::string claims;
  std::int64_t lifetime = kLifetimeSeconds;
  std::map<std::string, std::string> extensions;
  bool subject = false;
  const auto number = [](const std::string& text, std::int64_t& value) {
    return std::from_chars(text.data(), text.data() + text.size(), value).ptr == text.data() + text.size();
  };
  for (const auto& [name, value] : jaas.options) {
    const std::string_view comma = claims.empty() ? "" : ",";
    std::int64_t whole = 0;
    if (name.starts_with(kStringClaim)) {
      const auto claim = name.substr(kStringClaim.size());
      subject = subject || claim == "sub";
      claims += fmt::format("{}{}:{}", comma, json_string(claim), json_string(value));
    } else if (name.starts_with(kNumberClaim) && number(value, whole)) {
      claims += fmt::format("{}{}:{}", comma, json_string(name.substr(kNumberClaim.size())), whole);
    } else if (name.starts_with(kExtension)) {
      extensions.emplace(name.substr(kExtension.size()), value);
    } else if (name == kLifetime && number(value, whole) && whole > 0) {
      lifetime = whole;
    } else {
      return local_error(Cause::invalid_config,
                         fmt::format("sasl.jaas.config: {} is not an option of OAuthBearerLoginModule that this "
                                     "client knows, or not a number", name));
    }
  }
  if (!subject) {
    return local_error(Cause::invalid_config,
                       "sasl.mechanism=OAUTHBEARER needs tokens: give the configuration a token source "
                       "(oauth_tokens()), or for development unsecuredLoginStringClaim_sub=\"USER\" in "
                       "sasl.jaas.config");
  }
  return std::shared_ptr<TokenSource>(std::make_shared<Unsecured>(std::move(claims), lifetime, std::move(extensions)));
}

}  // namespace millrace::client
