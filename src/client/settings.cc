#include "client/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/nearest.h"
#include "client/errors.h"
#include "client/security/sasl_settings.h"
#include "config/endpoint.h"
#include "config/properties.h"
#include "protocol/limits.h"

namespace millrace::client {
namespace {

Error unknown_name(config::Scope scope, std::string_view name) {
  Nearest nearest(name, std::max<std::size_t>(3, name.size() / 3));
  for (const auto& definition : config::definitions(scope)) nearest.offer(definition.name);
  const std::string hint =
      nearest.best().empty() ? "; see docs/settings.md" : fmt::format("; {} is one", nearest.best());
  return local_error(Cause::invalid_config, fmt::format("{} is not a setting of this client{}", name, hint));
}

// A time of more than ten years says for ever: more could not be added to a clock.
config::Value bounded(const config::Definition& definition, config::Value value) {
  constexpr std::int64_t kLongestTimeMs = std::int64_t{10} * 365 * 86'400'000;
  auto* number = std::get_if<std::int64_t>(&value);
  if (number != nullptr && definition.name.ends_with(".ms")) *number = std::min(*number, kLongestTimeMs);
  return value;
}

ports::Endpoint endpoint(const std::string& text) {
  const auto parsed = config::parse_host_port(text);
  MR_ASSERT(parsed.has_value());
  return {parsed->host, static_cast<std::uint16_t>(parsed->port)};
}

}  // namespace

Status Config::set_properties(std::string_view text) {
  auto parsed = config::parse_properties(text);
  if (!parsed) {
    return local_error(Cause::invalid_config, fmt::format("line {}: {}", parsed.error().line, parsed.error().reason));
  }
  for (auto& property : *parsed) set_text(std::move(property.key), std::move(property.value));
  return {};
}

Result<Settings> Settings::read(config::Scope scope, const Config& config) {
  Settings settings(scope);
  for (const auto& [name, text] : config.values()) {
    const config::Definition* definition = config::find_definition(scope, name);
    if (definition == nullptr) return unknown_name(scope, name);
    auto value = config::parse_value(*definition, text);
    if (!value) return local_error(Cause::invalid_config, value.error().line());
    if (definition->type == config::Type::string_ && text.size() > protocol::kMaxStringBytes) {
      return local_error(Cause::invalid_config, fmt::format("{}: its value has {} bytes; brokers take no more than {}",
                                                            name, text.size(), protocol::kMaxStringBytes));
    }
    settings.given_.emplace(name, bounded(*definition, *std::move(value)));
  }
  for (const auto& definition : config::definitions(scope)) {
    if (definition.presence == config::Default::required && !settings.given_.contains(definition.name)) {
      return local_error(Cause::invalid_config, fmt::format("{} is not set; it must be {}", definition.name,
                                                            config::allowed_values(definition)));
    }
  }
  return settings;
}

config::Value Settings::value(std::string_view name) const {
  if (const auto given = given_.find(name); given != given_.end()) return given->second;
  const config::Definition* definition = config::find_definition(scope_, name);
  MR_ASSERT(definition != nullptr);
  return config::default_value(*definition);
}

std::string Settings::text(std::string_view name) const { return optional_text(name).value_or(""); }

std::optional<std::string> Settings::optional_text(std::string_view name) const {
  config::Value found = value(name);
  auto* text = std::get_if<std::string>(&found);
  return text == nullptr ? std::nullopt : std::optional(std::move(*text));
}

config::List Settings::list(std::string_view name) const {
  config::Value found = value(name);
  auto* list = std::get_if<config::List>(&found);
  return list == nullptr ? config::List() : std::move(*list);
}

Error Settings::refuse(std::string_view name, std::string_view why) const {
  const config::Definition* definition = config::find_definition(scope_, name);
  const bool secret = definition != nullptr && definition->secret();
  const auto shown = config::value_text(value(name));
  return local_error(Cause::invalid_config,
                     fmt::format("{}={}: {}", name, secret ? "[hidden]" : shown.value_or("(none)"), why));
}

Result<ClusterOptions> cluster_options(const Settings& settings, std::shared_ptr<TokenSource> tokens) {
  ClusterOptions options;
  std::string_view source = "bootstrap.servers";
  config::List servers = settings.list(source);
  if (settings.scope() == config::Scope::admin && !settings.list("bootstrap.controllers").empty()) {
    if (!servers.empty()) return settings.refuse("bootstrap.controllers", "cannot be set beside bootstrap.servers");
    options.bootstrap_controllers = true;
    source = "bootstrap.controllers";
    servers = settings.list(source);
  }
  if (servers.empty()) return settings.refuse(source, "must name at least one host:port");
  for (const std::string& server : servers) {
    options.bootstrap.push_back(endpoint(server));
    if (options.bootstrap.back().port == 0) return settings.refuse(source, server + " has no port above 0");
  }
  if (security_protocol(settings).sasl) {
    auto sasl = sasl_options(settings, std::move(tokens));
    if (!sasl) return sasl.error();
    options.sasl = *std::move(sasl);
  }
  options.client_id = settings.text("client.id");
  options.request_timeout = settings.millis("request.timeout.ms");
  options.retry_backoff = settings.millis("retry.backoff.ms");
  options.retry_backoff_max = settings.millis("retry.backoff.max.ms");
  options.reconnect_backoff = settings.millis("reconnect.backoff.ms");
  options.reconnect_backoff_max = settings.millis("reconnect.backoff.max.ms");
  options.connect_timeout = settings.millis("socket.connection.setup.timeout.ms");
  options.connect_timeout_max = settings.millis("socket.connection.setup.timeout.max.ms");
  options.max_idle = settings.millis("connections.max.idle.ms");
  options.metadata_max_age = settings.millis("metadata.max.age.ms");
  options.give_up_after = settings.millis("millrace.bootstrap.give.up.ms");
  options.rebootstrap_after = settings.millis("metadata.recovery.rebootstrap.trigger.ms");
  options.rebootstrap = config::upper_case(settings.text("metadata.recovery.strategy")) == "REBOOTSTRAP";
  options.push_metrics = settings.flag("enable.metrics.push");
  return options;
}

}  // namespace millrace::client
