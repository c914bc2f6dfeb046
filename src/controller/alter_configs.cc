#include <map>
#include <optional>
#include <utility>

#include "controller/apis.h"
#include "controller/config_changes.h"
#include "controller/config_rules.h"
#include "protocol/gen/alter_configs.h"

namespace millrace::controller {
namespace {

using protocol::AlterConfigsRequest;
using protocol::AlterConfigsResponse;
using protocol::Errc;
using Resource = AlterConfigsRequest::AlterConfigsResource;

void answer(const Resource& resource, const Refusal& refusal, Texts& texts, AlterConfigsResponse& response) {
  auto& result = response.responses.emplace_back();
  result.resource_type = resource.resource_type;
  result.resource_name = resource.resource_name;
  result.error_code = protocol::to_wire(refusal.code);
  result.error_message = refusal.message.empty() ? std::nullopt : std::optional(texts.keep(refusal.message));
}

Refusal replace(const Context& context, const Resource& resource, Decision& decision) {
  ConfigValues values;
  for (const auto& config : resource.configs) {
    if (!config.value) {
      return {Errc::invalid_request, "Null value not supported for : " + std::string(config.name)};
    }
    values[std::string(config.name)] = std::string(*config.value);
  }
  return replace_configs(
      context,
      {static_cast<metadata::ResourceType>(resource.resource_type), std::string(resource.resource_name)}, values,
      decision);
}

}  // namespace

// KIP-133. As IncrementalAlterConfigs, but what is not named is taken back.
Result<Decision> decide_alter_configs(const Context& context, std::int16_t version, Bytes body) {
  AlterConfigsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  std::map<std::pair<std::int8_t, std::string_view>, int> times;
  for (const Resource& resource : request.resources) ++times[{resource.resource_type, resource.resource_name}];
  Texts texts;
  Decision decision;
  AlterConfigsResponse response;
  for (const Resource& resource : request.resources) {
    int& seen = times[{resource.resource_type, resource.resource_name}];
    if (!is_resource_type(resource.resource_type)) {
      answer(resource,
             {Errc::unsupported_version, "Unknown resource type " + std::to_string(resource.resource_type) + "."},
             texts, response);
    } else if (seen == 1) {
      answer(resource, replace(context, resource, decision), texts, response);
    } else if (seen > 1) {
      answer(resource, {Errc::invalid_request, "Duplicate resource."}, texts, response);
      seen = 0;
    }
  }
  if (request.validate_only) decision.records.clear();
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_alter_configs(std::int16_t version, Bytes body, Errc code) {
  AlterConfigsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  Texts texts;
  AlterConfigsResponse response;
  for (const Resource& resource : request.resources) answer(resource, {code, ""}, texts, response);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
