#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/layers.h"

namespace millrace::controller {

// One setting of a topic as it is in force, in the protocol's terms.
struct EffectiveConfig {
  std::string_view name;             // lives as long as the program
  std::optional<std::string> value;  // nothing: it has none, or it is secret
  std::int8_t source = 0;            // DescribeConfigs' number for where the value comes from
  bool sensitive = false;
};

// Every setting that a topic with these overrides has, in order of name.
std::vector<EffectiveConfig> effective_topic_configs(const config::Overrides& own, const config::ServerLayers& servers);

}  // namespace millrace::controller
