#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/scripts/script.h"

// The parts of kafka-configs.
namespace millrace::cli {

// A kind of thing that has settings.
struct ConfigKind {
  std::string_view type;  // as --entity-type has it
  std::string_view flag;  // the option that names one
  std::string_view defaults_flag;  // the option that means the default of all; empty without
  std::optional<client::ConfigResourceType> resource;  // none: quotas
  client::ConfigSource own = client::ConfigSource::unknown;  // of the values that were set for it
  std::string_view quota_kind = {};  // as quotas call it

  // "topic", "client-metric".
  std::string_view singular() const { return type.substr(0, type.size() - 1); }
};

// Whose settings are meant. `name`: none for all of the kind; empty for the default.
struct ConfigEntity {
  const ConfigKind* kind = nullptr;
  std::optional<std::string> name;
};

std::span<const OptionSpec> config_options();

// The entities of the options, checked as Kafka does: one, or a user and a client. The error is a line.
Result<std::vector<ConfigEntity>, std::string> config_entities(const Options& options);

// The changes of --add-config, --add-config-file and --delete-config. The error is a line.
Result<std::vector<client::AlterConfig>, std::string> config_changes(const Options& options);

// Describes or alters quotas and credentials of users, clients and addresses. The error is a line, or a failed call.
struct ConfigFailure {
  std::string line;
  std::optional<client::Error> call;
};
using ConfigDone = Result<void, ConfigFailure>;
ConfigDone describe_quotas(client::Admin& admin, Console& console, const std::vector<ConfigEntity>& entities);
ConfigDone alter_quotas(client::Admin& admin, const std::vector<ConfigEntity>& entities,
                        const std::vector<client::AlterConfig>& changes);

// A number as Java prints a double: "1024.0", "1.0E7".
std::string java_double(double value);

}  // namespace millrace::cli
