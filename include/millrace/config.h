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

 private:
  std::map<std::string, std::string, std::less<>> values_;
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
