#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/broker.h"
#include "config/layers.h"

namespace millrace::broker {

// Whether there are settings for resources of this type of the protocol's.
bool is_config_type(std::int8_t type);

// A broker's id as Kafka reads it from a resource's name: a whole number of 32 bits with an optional sign and nothing
// around it.
std::optional<std::int32_t> broker_number(std::string_view name);

// What is set for this server, in the metadata that this shard knows and in the file. Holds until the next image.
config::ServerLayers server_layers(Broker& broker);

// Why this cannot be a topic's name, in Kafka's words; empty when it can.
std::string topic_name_problem(std::string_view name);

}  // namespace millrace::broker
