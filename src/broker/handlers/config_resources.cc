#include "broker/handlers/config_resources.h"

#include <limits>

#include <fmt/format.h>

#include "config/value.h"

namespace millrace::broker {

bool is_config_type(std::int8_t type) {
  switch (static_cast<metadata::ResourceType>(type)) {
    case metadata::ResourceType::topic:
    case metadata::ResourceType::broker:
    case metadata::ResourceType::broker_logger:
    case metadata::ResourceType::client_metrics:
    case metadata::ResourceType::group: return true;
  }
  return false;
}

std::optional<std::int32_t> broker_number(std::string_view name) {
  const auto number = config::parse_whole(name);
  if (!number || *number < std::numeric_limits<std::int32_t>::min() ||
      *number > std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(*number);
}

config::ServerLayers server_layers(Broker& broker) {
  if (broker.image() == nullptr) return {nullptr, nullptr, &broker.config().explicit_settings};
  const auto& image = *broker.image();
  return {&image.configs({metadata::ResourceType::broker, std::to_string(broker.self().value())}),
          &image.configs({metadata::ResourceType::broker, ""}), &broker.config().explicit_settings};
}

std::string topic_name_problem(std::string_view name) {
  if (is_topic_name(name)) return {};
  if (name.empty()) return "Topic name is invalid: the empty string is not allowed";
  if (name == "." || name == "..") return fmt::format("Topic name is invalid: '{}' is not allowed", name);
  if (name.size() > 249) {
    return fmt::format("Topic name is invalid: the length of '{}' is longer than the max allowed length 249", name);
  }
  return fmt::format(
      "Topic name is invalid: '{}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
      name);
}

}  // namespace millrace::broker
