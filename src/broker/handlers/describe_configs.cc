// DescribeConfigs (KIP-133, KIP-226, KIP-569): what is in force for topics, this broker, all brokers, groups and client
// metrics, and where it comes from.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "broker/arena.h"
#include "broker/handlers/config_resources.h"
#include "broker/handlers/handlers.h"
#include "broker/log_levels.h"
#include "config/report.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_configs.h"

namespace millrace::broker {
namespace {

using config::ReportedSetting;
using config::ReportedSource;
using metadata::ResourceType;
using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using protocol::Errc;
using Asked = DescribeConfigsRequest::DescribeConfigsResource;
using Settings = std::vector<ReportedSetting>;

constexpr std::string_view kMalformed = "The request cannot be taken: one of its resources is of an unknown type.";

struct Failure {
  Errc error;
  std::string message;
};
using Described = Result<Settings, Failure>;

Described describe_topic(Broker& broker, std::string_view name) {
  if (const std::string problem = topic_name_problem(name); !problem.empty()) {
    return Failure{Errc::invalid_topic_exception, problem};
  }
  if (broker.image()->topic(name) == nullptr) return Failure{Errc::unknown_topic_or_partition, {}};
  return config::report_topic(broker.image()->configs({ResourceType::topic, std::string(name)}), server_layers(broker));
}

Described describe_broker(Broker& broker, std::string_view name) {
  if (name.empty()) return config::report_all_servers(broker.image()->configs({ResourceType::broker, ""}));
  const auto id = broker_number(name);
  if (!id) return Failure{Errc::invalid_request, fmt::format("Broker id must be an integer, but it is: {}", name)};
  if (NodeId(*id) != broker.self()) {
    return Failure{Errc::invalid_request,
                   fmt::format("Unexpected broker id, expected {} or empty string, but received {}",
                               broker.self().value(), name)};
  }
  return config::report_server(server_layers(broker));
}

Described describe_loggers(Broker& broker, std::string_view name) {
  if (name.empty()) return Failure{Errc::invalid_request, "Broker id must not be empty"};
  const auto id = broker_number(name);
  if (!id) return Failure{Errc::invalid_request, fmt::format("Broker id must be an integer, but it is: {}", name)};
  if (NodeId(*id) != broker.self()) {
    return Failure{Errc::invalid_request, fmt::format("Unexpected broker id, expected {} but received {}",
                                                      broker.self().value(), name)};
  }
  Settings settings;
  for (const auto& [logger, level] : broker.log_levels().in_force()) {
    ReportedSetting setting;
    setting.name = logger;
    setting.value = level;
    setting.source = ReportedSource::logger;
    settings.push_back(std::move(setting));
  }
  return settings;
}

Described describe_client_metrics(Broker& broker, std::string_view name) {
  if (name.empty()) return Failure{Errc::invalid_request, "Client metrics subscription name must not be empty"};
  return config::report_client_metrics(broker.image()->configs({ResourceType::client_metrics, std::string(name)}));
}

Described describe_group(Broker& broker, std::string_view name) {
  if (name.empty()) return Failure{Errc::invalid_request, "Group name must not be empty"};
  return config::report_group(broker.image()->configs({ResourceType::group, std::string(name)}), server_layers(broker));
}

Described describe(Broker& broker, const Asked& asked) {
  switch (static_cast<ResourceType>(asked.resource_type)) {
    case ResourceType::topic: return describe_topic(broker, asked.resource_name);
    case ResourceType::broker: return describe_broker(broker, asked.resource_name);
    case ResourceType::broker_logger: return describe_loggers(broker, asked.resource_name);
    case ResourceType::client_metrics: return describe_client_metrics(broker, asked.resource_name);
    case ResourceType::group: return describe_group(broker, asked.resource_name);
  }
  return Failure{Errc::invalid_request, {}};
}

bool wanted(const Asked& asked, std::string_view name) {
  if (!asked.configuration_keys || asked.configuration_keys->empty()) return true;
  return std::ranges::find(*asked.configuration_keys, name) != asked.configuration_keys->end();
}

// Loggers have no type and an empty documentation, as Kafka leaves them.
DescribeConfigsResponse::DescribeConfigsResourceResult entry_for(ReportedSetting&& setting,
                                                                 const DescribeConfigsRequest& body, Arena& arena) {
  DescribeConfigsResponse::DescribeConfigsResourceResult entry;
  const bool plain = setting.source == ReportedSource::logger;
  entry.documentation = plain                        ? std::optional<std::string_view>("")
                        : body.include_documentation ? arena.keep(config::documentation(setting))
                                                     : std::nullopt;
  entry.config_type = config::reported_type(setting.definition);
  entry.config_source = static_cast<std::int8_t>(setting.source);
  entry.read_only = setting.read_only;
  entry.is_sensitive = setting.sensitive;
  entry.name = arena.keep(std::move(setting.name));
  entry.value = arena.keep(std::move(setting.value));
  if (!body.include_synonyms) return entry;
  for (auto& known : setting.synonyms) {
    DescribeConfigsResponse::DescribeConfigsSynonym synonym;
    synonym.name = arena.keep(std::move(known.name));
    synonym.value = arena.keep(std::move(known.value));
    synonym.source = static_cast<std::int8_t>(known.source);
    entry.synonyms.push_back(synonym);
  }
  return entry;
}

}  // namespace

void describe_configs(RequestPtr request, Broker& broker) {
  const auto body = read_body<DescribeConfigsRequest>(*request);
  if (!body) return;
  Arena arena;
  DescribeConfigsResponse response;
  // One resource of a type that there is not spoils the whole request.
  const auto odd = std::ranges::find_if(body->resources,
                                        [](const Asked& asked) { return !is_config_type(asked.resource_type); });
  for (const Asked& asked : body->resources) {
    auto& result = response.results.emplace_back();
    result.resource_type = asked.resource_type;
    result.resource_name = asked.resource_name;
    if (odd != body->resources.end()) {
      result.error_code = protocol::to_wire(Errc::invalid_request);
      result.error_message = kMalformed;
      continue;
    }
    auto described = describe(broker, asked);
    if (!described.ok()) {
      result.error_code = protocol::to_wire(described.error().error);
      result.error_message = arena.keep(described.error().message);
      continue;
    }
    for (ReportedSetting& setting : described.value()) {
      if (!wanted(asked, setting.name)) continue;
      result.configs.push_back(entry_for(std::move(setting), *body, arena));
    }
  }
  answer(*request, response);
}

}  // namespace millrace::broker
