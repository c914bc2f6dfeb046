#include "controller/config_rules.h"

#include "config/topic_config.h"
#include "config/value.h"
#include "controller/topic_names.h"

namespace millrace::controller {
namespace {

using metadata::ConfigResource;
using metadata::ResourceType;
using protocol::Errc;

Refusal check_topic(const Context& context, const ConfigResource& resource, const config::Overrides& all) {
  if (resource.name.empty()) return {Errc::invalid_request, "Default topic resources are not allowed."};
  if (const auto legal = check_topic_name(resource.name); !legal.ok()) {
    return {Errc::invalid_topic_exception, legal.error()};
  }
  std::map<std::string, std::optional<std::string>, std::less<>> overrides;
  for (const auto& [name, value] : all) overrides[name] = value;
  const auto valid = config::validate_topic_configs(overrides, context.layers());
  return valid.ok() ? Refusal{} : Refusal{Errc::invalid_config, valid.error()};
}

Refusal check_broker_name(const std::string& name) {
  if (name.empty()) return {};
  const auto id = config::parse_whole(name);
  if (!id || *id > INT32_MAX || *id < INT32_MIN) {
    return {Errc::invalid_request, "Unable to parse broker name as a base 10 number."};
  }
  return *id < 0 ? Refusal{Errc::invalid_request, "Invalid negative broker ID."} : Refusal{};
}

}  // namespace

bool is_resource_type(std::int8_t type) {
  switch (static_cast<ResourceType>(type)) {
    case ResourceType::topic:
    case ResourceType::broker:
    case ResourceType::broker_logger:
    case ResourceType::client_metrics:
    case ResourceType::group: return true;
  }
  return false;
}

Refusal check_configs(const Context& context, const ConfigResource& resource, const config::Overrides& all) {
  switch (resource.type) {
    case ResourceType::topic: return check_topic(context, resource, all);
    case ResourceType::broker: return check_broker_name(resource.name);
    case ResourceType::client_metrics: return check_client_metrics(resource.name, all);
    case ResourceType::group:
      if (resource.name.empty()) return {Errc::invalid_request, "Default group resources are not allowed."};
      return check_group_configs(context, all);
    case ResourceType::broker_logger: break;
  }
  return {Errc::invalid_request, "Unknown resource type BROKER_LOGGER"};
}

Refusal check_exists(const Context& context, const ConfigResource& resource) {
  if (resource.type == ResourceType::topic && context.image.topic(resource.name) == nullptr) {
    return {Errc::unknown_topic_or_partition, "The topic '" + resource.name + "' does not exist."};
  }
  if (resource.type != ResourceType::broker || resource.name.empty()) return {};
  const NodeId id(static_cast<std::int32_t>(config::parse_whole(resource.name).value_or(-1)));
  if (context.image.broker(id) != nullptr || context.image.controller(id) != nullptr) return {};
  return {Errc::broker_id_not_registered, "No node with id " + resource.name + " found."};
}

}  // namespace millrace::controller
