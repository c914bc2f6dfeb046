#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/layers.h"

namespace millrace::config {

// Where a value comes from, in the numbers of DescribeConfigs.
enum class ReportedSource : std::int8_t {
  topic = 1,
  dynamic_broker = 2,
  dynamic_default = 3,
  fixed = 4,
  built_in = 5,
  logger = 6,
  client_metrics = 7,
  group = 8
};

// One of the places where a setting has a value.
struct ReportedSynonym {
  std::string name;
  std::optional<std::string> value;  // nothing where it is not shown
  ReportedSource source = ReportedSource::built_in;
};

// A setting as DescribeConfigs shows it.
struct ReportedSetting {
  std::string name;
  std::optional<std::string> value;  // nothing: it has none, or it must not be shown
  ReportedSource source = ReportedSource::built_in;
  bool read_only = false;
  bool sensitive = false;
  std::vector<ReportedSynonym> synonyms;      // the one that counts first
  const Definition* definition = nullptr;     // null for a name that is not known
};

// The settings of one server, in order of name: all that Kafka lists, and whatever else is set. The value of a setting
// that is not known is not shown, since it may be a secret.
std::vector<ReportedSetting> report_server(const ServerLayers& servers);

// What is set for all servers, and nothing else, in order of name.
std::vector<ReportedSetting> report_all_servers(const Overrides& dynamic_default);

// The settings of a topic or a group with these overrides, in order of name.
std::vector<ReportedSetting> report_topic(const Overrides& own, const ServerLayers& servers);
std::vector<ReportedSetting> report_group(const Overrides& own, const ServerLayers& servers);
// The settings of a subscription to clients' metrics.
std::vector<ReportedSetting> report_client_metrics(const Overrides& own);

// What the setting is for, in one sentence; nothing for a name that is not known.
std::optional<std::string> documentation(const ReportedSetting& setting);

// The number of a type in DescribeConfigs; 0 for a name that is not known.
std::int8_t reported_type(const Definition* definition);

}  // namespace millrace::config
