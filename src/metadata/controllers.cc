#include <memory>
#include <utility>

#include "metadata/draft.h"

namespace millrace::metadata {

Outcome replay(Draft& draft, const protocol::RegisterControllerRecord& record) {
  ControllerImage controller;
  controller.id = NodeId(record.controller_id);
  controller.incarnation = record.incarnation_id;
  for (const auto& endpoint : record.end_points) {
    controller.endpoints.push_back(
        {std::string(endpoint.name), std::string(endpoint.host), endpoint.port, endpoint.security_protocol});
  }
  for (const auto& feature : record.features) {
    controller.features.push_back(
        {std::string(feature.name), feature.min_supported_version, feature.max_supported_version});
  }
  draft.state.controllers.set(controller.id, std::make_shared<const ControllerImage>(std::move(controller)));
  return {};
}

}  // namespace millrace::metadata
