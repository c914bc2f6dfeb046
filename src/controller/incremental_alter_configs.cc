#include <map>
#include <optional>
#include <utility>

#include "controller/apis.h"
#include "controller/config_changes.h"
#include "controller/config_rules.h"
#include "protocol/gen/incremental_alter_configs.h"

namespace millrace::controller {
namespace {

using protocol::Errc;
using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;
using Resource = IncrementalAlterConfigsRequest::AlterConfigsResource;

void answer(const Resource& resource, const Refusal& refusal, Texts& texts, IncrementalAlterConfigsResponse& response) {
  auto& result = response.responses.emplace_back();
  result.resource_type = resource.resource_type;
  result.resource_name = resource.resource_name;
  result.error_code = protocol::to_wire(refusal.code);
  result.error_message = refusal.message.empty() ? std::nullopt : std::optional(texts.keep(refusal.message));
}

// The steps by setting, the last one of each; nothing if one is of no known kind.
std::optional<ConfigSteps> steps_of(const Resource& resource) {
  ConfigSteps steps;
  for (const auto& config : resource.configs) {
    if (config.config_operation < 0 || config.config_operation > 3) return std::nullopt;
    ConfigStep& step = steps[std::string(config.name)];
    step.operation = static_cast<ConfigOperation>(config.config_operation);
    step.value = config.value ? std::optional(std::string(*config.value)) : std::nullopt;
  }
  return steps;
}

// A step of an unknown kind ends a Kafka controller's time as the active one; here it is refused.
Refusal change(const Context& context, const Resource& resource, Decision& decision) {
  const auto steps = steps_of(resource);
  if (!steps) return {Errc::invalid_request, "Unknown operations type"};
  return change_configs(
      context,
      {static_cast<metadata::ResourceType>(resource.resource_type), std::string(resource.resource_name)}, *steps,
      decision);
}

}  // namespace

// KIP-339. Each resource stands alone, and of each all changes are made or none. Whoever took the request has looked at
// the settings of brokers and of loggers already.
Result<Decision> decide_incremental_alter_configs(const Context& context, std::int16_t version, Bytes body) {
  IncrementalAlterConfigsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  std::map<std::pair<std::int8_t, std::string_view>, int> times;
  for (const Resource& resource : request.resources) ++times[{resource.resource_type, resource.resource_name}];
  Texts texts;
  Decision decision;
  IncrementalAlterConfigsResponse response;
  for (const Resource& resource : request.resources) {
    int& seen = times[{resource.resource_type, resource.resource_name}];
    if (!is_resource_type(resource.resource_type)) {
      answer(resource,
             {Errc::unsupported_version, "Unknown resource type " + std::to_string(resource.resource_type) + "."},
             texts, response);
    } else if (seen == 1) {
      answer(resource, change(context, resource, decision), texts, response);
    } else if (seen > 1) {
      answer(resource, {Errc::invalid_request, "Duplicate resource."}, texts, response);
      seen = 0;
    }
  }
  if (request.validate_only) decision.records.clear();
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_incremental_alter_configs(std::int16_t version, Bytes body, Errc code) {
  IncrementalAlterConfigsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  Texts texts;
  IncrementalAlterConfigsResponse response;
  for (const Resource& resource : request.resources) answer(resource, {code, ""}, texts, response);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
