#include <memory>
#include <utility>

#include "metadata/draft.h"

namespace millrace::metadata {

// Null takes the setting back.
Outcome replay(Draft& draft, const protocol::ConfigRecord& record) {
  const ConfigResource resource{static_cast<ResourceType>(record.resource_type), std::string(record.resource_name)};
  Image::Configs configs;
  if (const auto* known = draft.state.configs.find(resource)) configs = **known;
  if (record.value) {
    configs[std::string(record.name)] = *record.value;
  } else {
    configs.erase(std::string(record.name));
  }
  if (configs.empty()) {
    draft.state.configs.erase(resource);
  } else {
    draft.state.configs.set(resource, std::make_shared<const Image::Configs>(std::move(configs)));
  }
  return {};
}

}  // namespace millrace::metadata
