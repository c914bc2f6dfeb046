#include "sdk/connection.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "client/errors.h"
#include "client/guard.h"
#include "client/security/sasl_settings.h"
#include "runtime/blocking_files.h"
#include "runtime/tls_client.h"

namespace millrace::client {
namespace {

constexpr std::size_t kStoreBytes = 16U << 20U;

class CallbackTokens final : public TokenSource {
 public:
  explicit CallbackTokens(TokenCallback source) : source_(std::move(source)) {}
  Result<Token> fetch(WallTime) override {
    std::optional<Result<OauthToken>> token;
    if (auto thrown = guarded("the source of tokens", [&] { token = source_(); })) return *std::move(thrown);
    if (!*token) return token->error();
    return Token{std::move((*token)->value), std::move((*token)->extensions)};
  }

 private:
  const TokenCallback source_;
};

Result<std::string> file_of(const Settings& settings, std::string_view name) {
  runtime::SystemFiles files;
  auto bytes = ports::read_whole(files, settings.text(name), kStoreBytes);
  if (bytes) return *std::move(bytes);
  const bool missing = bytes.error() == ::millrace::Error::not_found;
  return settings.refuse(name, missing ? "there is no such file" : ::millrace::to_string(bytes.error()));
}

Status read_trust(const Settings& settings, runtime::TlsClientRules& rules) {
  if (const std::string text = settings.text("ssl.truststore.certificates"); !text.empty()) {
    const std::string wrong = rules.trust(text, {});
    return wrong.empty() ? Status() : settings.refuse("ssl.truststore.certificates", wrong);
  }
  for (const char* name : {"ssl.truststore.location", "ssl.ca.location"}) {
    if (settings.text(name).empty()) continue;
    auto bytes = file_of(settings, name);
    if (!bytes) return bytes.error();
    const std::string wrong = rules.trust(*bytes, settings.text("ssl.truststore.password"));
    return wrong.empty() ? Status() : settings.refuse(name, wrong);
  }
  return {};
}

Status read_identity(const Settings& settings, runtime::TlsClientRules& rules) {
  const std::string key_password = settings.text("ssl.key.password");
  const auto outcome = [&](const char* name, const std::string& wrong) {
    return wrong.empty() ? Status() : settings.refuse(name, wrong);
  };
  if (const std::string key = settings.text("ssl.keystore.key"); !key.empty()) {
    return outcome("ssl.keystore.key", rules.identify_by_pem(settings.text("ssl.keystore.certificate.chain"),
                                                             key, key_password));
  }
  if (!settings.text("ssl.key.location").empty()) {
    auto key = file_of(settings, "ssl.key.location");
    if (!key) return key.error();
    auto chain = file_of(settings, "ssl.certificate.location");
    if (!chain) return chain.error();
    return outcome("ssl.key.location", rules.identify_by_pem(*chain, *key, key_password));
  }
  if (settings.text("ssl.keystore.location").empty()) return {};
  auto store = file_of(settings, "ssl.keystore.location");
  if (!store) return store.error();
  return outcome("ssl.keystore.location",
                 rules.identify(*store, settings.text("ssl.keystore.password"), key_password));
}

Result<std::shared_ptr<ports::TlsClient>> tls_client(const Settings& settings) {
  runtime::TlsClientRules rules;
  if (Status read = read_trust(settings, rules); !read) return read.error();
  if (Status read = read_identity(settings, rules); !read) return read.error();
  if (const auto wrong = rules.speak(settings.list("ssl.enabled.protocols")); !wrong.empty()) {
    return settings.refuse("ssl.enabled.protocols", wrong);
  }
  if (const auto ciphers = settings.list("ssl.cipher.suites"); !ciphers.empty()) {
    const auto wrong = rules.use_ciphers(ciphers);
    if (!wrong.empty()) return settings.refuse("ssl.cipher.suites", wrong);
  }
  if (settings.text("ssl.endpoint.identification.algorithm").empty()) rules.any_host();
  return rules.make();
}

}  // namespace

Result<ClusterOptions> connection_options(const Settings& settings, const Config& config) {
  std::shared_ptr<TokenSource> tokens;
  if (config.token_source()) tokens = std::make_shared<CallbackTokens>(config.token_source());
  auto options = cluster_options(settings, std::move(tokens));
  if (!options || !security_protocol(settings).tls) return options;
  auto tls = tls_client(settings);
  if (!tls) return tls.error();
  options->tls = *std::move(tls);
  return options;
}

}  // namespace millrace::client
