#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "client/cluster_options.h"
#include "config/definition.h"
#include "config/value.h"
#include "millrace/config.h"
#include "millrace/result.h"

namespace millrace::client {

// The settings of one client, checked: what the program has set, and Kafka's defaults behind it
// (spec/config/client_settings.tsv). Immutable; any thread.
class Settings {
 public:
  // Checks every name and value. Cause::invalid_config for a name that is none (with the nearest one that is), a value
  // of the wrong type or out of range, and a required setting without value. Serializer classes, interceptor classes
  // and the like are Java's: they are known and have no effect.
  static Result<Settings> read(config::Scope scope, const Config& config);

  // The value in force. Precondition: a setting of this scope, of the type that is asked for.
  std::int64_t whole(std::string_view name) const { return std::get<std::int64_t>(value(name)); }
  std::int32_t int32(std::string_view name) const { return static_cast<std::int32_t>(whole(name)); }
  Millis millis(std::string_view name) const { return Millis(whole(name)); }
  bool flag(std::string_view name) const { return std::get<bool>(value(name)); }
  // Empty where there is no value.
  std::string text(std::string_view name) const;
  std::optional<std::string> optional_text(std::string_view name) const;
  config::List list(std::string_view name) const;
  // Whether the program has set it.
  bool is_set(std::string_view name) const { return given_.contains(name); }
  config::Scope scope() const { return scope_; }

  // An error that names the setting, its value and what is wrong: "linger.ms=5: <why>".
  Error refuse(std::string_view name, std::string_view why) const;

 private:
  explicit Settings(config::Scope scope) : scope_(scope) {}
  config::Value value(std::string_view name) const;

  config::Scope scope_;
  std::map<std::string, config::Value, std::less<>> given_;
};

// What all clients share, for their Cluster, but for TLS, which is made outside of the core. `tokens`: the program's
// own for OAUTHBEARER. Cause::invalid_config for settings that do not fit together.
Result<ClusterOptions> cluster_options(const Settings& settings,
                                       std::shared_ptr<TokenSource> tokens = nullptr);

}  // namespace millrace::client
