#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "millrace/export.h"
#include "millrace/result.h"

namespace millrace::client {

// A token that says who a client is (sasl.mechanism=OAUTHBEARER).
struct OauthToken {
  std::string value;                              // as it travels: header.payload.signature
  std::map<std::string, std::string> extensions;  // sent beside it (KIP-342)
};

// Gets a token for each new connection, and again before the broker's session for an old one ends; keep one that is
// still good. Called on a thread of the library's where it may wait, by several connections at once. To throw is to
// have no token.
using TokenCallback = std::function<Result<OauthToken>()>;

// Settings under Kafka's names. Values are checked when a client is made from them: a name that is none, a value of
// the wrong type or out of range is Cause::invalid_config, and the message names the setting and what is allowed.
// A plain value: fill it in one thread, then copy it wherever it is needed.
class MILLRACE_API Config {
 public:
  // Sets one; the last value for a name counts.
  void set_text(std::string name, std::string value) { values_.insert_or_assign(std::move(name), std::move(value)); }
  // Sets all entries of a text in Java's properties syntax ("name=value" lines).
  Status set_properties(std::string_view text);
  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }
  // Where OAUTHBEARER gets its tokens from; empty: from sasl.jaas.config.
  void set_token_source(TokenCallback source) { tokens_ = std::move(source); }
  const TokenCallback& token_source() const { return tokens_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  TokenCallback tokens_;
};

// The setters that producers, consumers and admin clients share; each returns the configuration for the next call.
// `Self` is the configuration that inherits them.
template <typename Self>
class CommonConfig : public Config {
 public:
  // Any setting by its name: set("linger.ms", "20").
  Self& set(std::string name, std::string value) {
    set_text(std::move(name), std::move(value));
    return static_cast<Self&>(*this);
  }
  // bootstrap.servers: "host:port,host:port", tried until one answers.
  Self& bootstrap_servers(std::string servers) { return set("bootstrap.servers", std::move(servers)); }
  // client.id: how brokers name this client in their logs and quotas.
  Self& client_id(std::string id) { return set("client.id", std::move(id)); }
  // security.protocol: what protects the connections: "PLAINTEXT", "SSL", "SASL_PLAINTEXT" or "SASL_SSL".
  Self& security_protocol(std::string name) { return set("security.protocol", std::move(name)); }
  // sasl.mechanism ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512") with sasl.username and sasl.password.
  Self& sasl(std::string mechanism, std::string username, std::string password) {
    set("sasl.mechanism", std::move(mechanism));
    set("sasl.username", std::move(username));
    return set("sasl.password", std::move(password));
  }
  // sasl.mechanism=OAUTHBEARER with tokens from `source`.
  Self& oauth_tokens(TokenCallback source) {
    this->set_token_source(std::move(source));
    return set("sasl.mechanism", "OAUTHBEARER");
  }
  // ssl.truststore.location: a PEM or PKCS#12 file with the certificates that are trusted. The system's unless set.
  Self& trust_store(std::string path) { return set("ssl.truststore.location", std::move(path)); }
  // request.timeout.ms: how long one request may take. From 0 ms; 30 s unless set.
  Self& request_timeout(std::chrono::milliseconds time) { return set_time("request.timeout.ms", time); }
  // retry.backoff.ms: before the first retry; doubles up to retry.backoff.max.ms. From 0 ms; 100 ms unless set.
  Self& retry_backoff(std::chrono::milliseconds time) { return set_time("retry.backoff.ms", time); }
  // metadata.max.age.ms: how old what is known of the cluster may become. From 0 ms; 5 minutes unless set.
  Self& metadata_max_age(std::chrono::milliseconds time) { return set_time("metadata.max.age.ms", time); }
  // connections.max.idle.ms: when an unused connection is closed; negative: never.
  Self& connections_max_idle(std::chrono::milliseconds time) { return set_time("connections.max.idle.ms", time); }

 protected:
  Self& set_time(std::string name, std::chrono::milliseconds time) { return set_whole(std::move(name), time.count()); }
  Self& set_whole(std::string name, std::int64_t value) { return set(std::move(name), std::to_string(value)); }
  Self& set_flag(std::string name, bool value) { return set(std::move(name), value ? "true" : "false"); }
};

}  // namespace millrace::client
