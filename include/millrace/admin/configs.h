#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/common.h"

namespace millrace::client {

enum class ConfigResourceType : std::int8_t {
  topic = 2,
  broker = 4,
  broker_logger = 8,
  client_metrics = 16,
  group = 32,
};

// Whose settings; the name of a broker is its number, empty for the default of all brokers.
struct ConfigResource {
  ConfigResourceType type = ConfigResourceType::topic;
  std::string name;
  friend bool operator==(const ConfigResource&, const ConfigResource&) = default;
};

// Where a value comes from, the nearest first.
enum class ConfigSource : std::int8_t {
  unknown = 0,
  dynamic_topic = 1,
  dynamic_broker = 2,
  dynamic_default_broker = 3,
  static_broker = 4,
  default_value = 5,
  dynamic_broker_logger = 6,
  client_metrics = 7,
  group = 8,
};

// Another place that has a value for a setting, in the order in which they count.
struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;
  ConfigSource source = ConfigSource::unknown;
};

// What kind of value a setting has.
enum class ConfigType : std::int8_t {
  unknown = 0, boolean = 1, string = 2, int32 = 3, int16 = 4, int64 = 5, float64 = 6, list = 7, class_name = 8,
  password = 9,
};

// One setting with its value, and where that comes from.
struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  // none: no value, or a secret
  ConfigSource source = ConfigSource::unknown;
  bool read_only = false;
  bool sensitive = false;
  std::vector<ConfigSynonym> synonyms;
  std::optional<std::string> documentation;
  ConfigType type = ConfigType::unknown;  // brokers from Kafka 2.6
};

// What else is to be told of settings.
struct DescribeConfigsOptions : AdminOptions {
  bool synonyms = false;
  bool documentation = false;
};

enum class AlterOperation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

// A change of one setting.
struct AlterConfig {
  std::string name;
  std::optional<std::string> value;  // none with AlterOperation::remove
  AlterOperation operation = AlterOperation::set;
};

}  // namespace millrace::client
