#include <algorithm>

#include "broker/handlers/handlers.h"
#include "config/features.h"
#include "protocol/errc.h"
#include "protocol/gen/api_versions.h"

namespace millrace::broker {
namespace {

using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;
using protocol::Errc;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// KIP-511: letters and digits, with '-' and '.' inside.
bool is_software_name(std::string_view text) {
  return !text.empty() && is_letter_or_digit(text.front()) && is_letter_or_digit(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

// Clients push their metrics when these are announced. Kafka announces them where a plug-in takes the metrics, and
// answers them everywhere.
bool is_telemetry(const Handler& handler) {
  return handler.api == protocol::ApiKey::get_telemetry_subscriptions ||
         handler.api == protocol::ApiKey::push_telemetry;
}

void list_apis(const Listener& listener, Broker& broker, ApiVersionsResponse& response) {
  for (const Handler& handler : all_handlers()) {
    if (!handler.serves(listener, broker.facts())) continue;
    if (is_telemetry(handler) && !broker.telemetry().wanted()) continue;
    ApiVersionsResponse::ApiVersion entry;
    entry.api_key = handler.key();
    entry.min_version = handler.min_announced;
    entry.max_version = handler.max_version;
    response.api_keys.push_back(entry);
  }
}

// Clients before version 4 cannot read a feature whose lowest level is 0 (KAFKA-17011), so they are not told of it.
void list_features(std::int16_t version, Broker& broker, ApiVersionsResponse& response) {
  for (const auto& feature : config::supported_features()) {
    if (version < 4 && feature.min == 0) continue;
    ApiVersionsResponse::SupportedFeatureKey entry;
    entry.name = feature.name;
    entry.min_version = feature.min;
    entry.max_version = feature.max;
    response.supported_features.push_back(entry);
  }
  if (broker.image() == nullptr) return;
  response.finalized_features_epoch = broker.image()->features_epoch();
  const auto add = [&](std::string_view name, std::int16_t level) {
    if (level == 0) return;
    ApiVersionsResponse::FinalizedFeatureKey entry;
    entry.name = name;
    entry.min_version_level = level;
    entry.max_version_level = level;
    response.finalized_features.push_back(entry);
  };
  for (const auto& [name, level] : broker.image()->features()) add(name, level);
  add(config::kKRaftVersion, broker.image()->kraft_version());
}

// A client that speaks newer versions learns which one to use: in the oldest form, with this API alone.
void refuse_version(Request& request) {
  const Handler* self = find_handler(request.api_key());
  ApiVersionsResponse response;
  response.error_code = protocol::to_wire(Errc::unsupported_version);
  ApiVersionsResponse::ApiVersion entry;
  entry.api_key = self->key();
  entry.min_version = self->min_announced;
  entry.max_version = self->max_version;
  response.api_keys.push_back(entry);
  request.send(protocol::encode_body(response, 0));
}

}  // namespace

void api_versions(RequestPtr request, Broker& broker) {
  if (!find_handler(request->api_key())->has(request->version())) return refuse_version(*request);
  const auto body = read_body<ApiVersionsRequest>(*request);
  if (!body) return;
  ApiVersionsResponse response;
  if (request->version() >= 3 &&
      (!is_software_name(body->client_software_name) || !is_software_name(body->client_software_version))) {
    response.error_code = protocol::to_wire(Errc::invalid_request);
  } else {
    if (request->version() >= 3) {
      request->client()->software_name = body->client_software_name;
      request->client()->software_version = body->client_software_version;
    }
    list_apis(request->listener(), broker, response);
    if (request->version() >= 3) list_features(request->version(), broker, response);
  }
  answer(*request, response);
}

}  // namespace millrace::broker
