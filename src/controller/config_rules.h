#pragma once

#include <string>

#include "controller/decision.h"
#include "metadata/image.h"

namespace millrace::controller {

// What is wrong with the settings of a resource, taken together as they would be: its name, the names, types and values
// of the settings, how they go together. Settings of brokers are not looked at: the broker that takes the request does
// that.
Refusal check_configs(const Context& context, const metadata::ConfigResource& resource, const config::Overrides& all);

// Whether there is such a resource. Settings of groups and client-metrics subscriptions may come before these do.
Refusal check_exists(const Context& context, const metadata::ConfigResource& resource);

// The parts of check_configs for groups (GroupConfig) and for client-metrics subscriptions (KIP-714).
Refusal check_group_configs(const Context& context, const config::Overrides& all);
Refusal check_client_metrics(const std::string& name, const config::Overrides& all);

// Whether the number is a resource type that Kafka has.
bool is_resource_type(std::int8_t type);

}  // namespace millrace::controller
