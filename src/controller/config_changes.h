#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "controller/decision.h"
#include "metadata/image.h"

namespace millrace::controller {

// What IncrementalAlterConfigs can do to one setting, in the protocol's numbers.
enum class ConfigOperation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

struct ConfigStep {
  ConfigOperation operation = ConfigOperation::set;
  std::optional<std::string> value;
};
using ConfigSteps = std::map<std::string, ConfigStep>;                      // by setting
using ConfigValues = std::map<std::string, std::optional<std::string>>;     // by setting

// The value after one step on a list; nothing if the setting is no list. `now` is what is set, nothing for the default.
std::optional<std::string> edited_list(const metadata::ConfigResource& resource, const std::string& setting,
                                       const std::optional<std::string>& now, const ConfigStep& step);

// Records what the steps make of a resource's settings, all of them or, with the refusal that follows, none.
Refusal change_configs(const Context& context, const metadata::ConfigResource& resource, const ConfigSteps& steps,
                       Decision& decision);

// The same for a resource that has exactly these settings afterwards (the older AlterConfigs).
Refusal replace_configs(const Context& context, const metadata::ConfigResource& resource, const ConfigValues& values,
                        Decision& decision);

}  // namespace millrace::controller
