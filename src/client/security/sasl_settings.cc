#include "client/security/sasl_settings.h"

#include <utility>

#include "client/security/jaas.h"
#include "client/security/unsecured_token.h"
#include "config/endpoint.h"

namespace millrace::client {
namespace {

std::string_view module_of(SaslMechanism mechanism) {
  switch (mechanism) {
    case SaslMechanism::plain: return "PlainLoginModule";
    case SaslMechanism::oauthbearer: return "OAuthBearerLoginModule";
    default: return "ScramLoginModule";
  }
}

Status read_tokens(const Settings& settings, const Jaas& jaas, SaslOptions& options) {
  if (options.tokens) return {};
  if (!settings.text("sasl.oauthbearer.token.endpoint.url").empty()) {
    return settings.refuse("sasl.oauthbearer.token.endpoint.url",
                           "this client asks no token endpoint itself; give the configuration a token source "
                           "(oauth_tokens()) that does");
  }
  auto tokens = unsecured_tokens(jaas);
  if (!tokens) return tokens.error();
  options.tokens = *std::move(tokens);
  return {};
}

Status read_login(const Settings& settings, const Jaas& jaas, SaslOptions& options) {
  const auto take = [&](const char* option, const char* setting) {
    const auto at = jaas.options.find(option);
    return at != jaas.options.end() ? at->second : settings.text(setting);
  };
  options.username = take("username", "sasl.username");
  options.password = take("password", "sasl.password");
  const auto token = jaas.options.find("tokenauth");
  options.delegation_token = token != jaas.options.end() && token->second == "true";
  if (!options.username.empty() && !options.password.empty()) return {};
  return settings.refuse("sasl.mechanism",
                         "needs sasl.username and sasl.password, or sasl.jaas.config with username=\"...\" and "
                         "password=\"...\"");
}

}  // namespace

SecurityProtocol security_protocol(const Settings& settings) {
  const std::string text = config::upper_case(settings.text("security.protocol"));
  return {text.ends_with("SSL"), text.starts_with("SASL")};
}

Result<std::shared_ptr<const SaslOptions>> sasl_options(const Settings& settings,
                                                        std::shared_ptr<TokenSource> tokens) {
  const std::string text = settings.text("sasl.mechanism");
  const auto mechanism = sasl_mechanism(text);
  if (!mechanism) {
    return settings.refuse("sasl.mechanism",
                           "this client speaks PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER; set one that the "
                           "listener offers");
  }
  Jaas jaas;
  if (const std::string config = settings.text("sasl.jaas.config"); !config.empty()) {
    auto parsed = parse_jaas(config);
    if (!parsed) return parsed.error();
    jaas = *std::move(parsed);
    if (jaas.module != module_of(*mechanism)) {
      return settings.refuse("sasl.mechanism", std::string("sasl.jaas.config must name ") +
                                                   std::string(module_of(*mechanism)) + ", not " + jaas.module);
    }
  }
  SaslOptions options;
  options.mechanism = *mechanism;
  options.tokens = std::move(tokens);
  const Status read = *mechanism == SaslMechanism::oauthbearer ? read_tokens(settings, jaas, options)
                                                               : read_login(settings, jaas, options);
  if (!read) return read.error();
  return std::make_shared<const SaslOptions>(std::move(options));
}

}  // namespace millrace::client
