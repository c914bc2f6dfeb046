#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/value.h"

namespace millrace::config {

// Where an explicit value comes from, weakest first.
enum class Origin : std::uint8_t {
  no_file,        // what a start without a file adds to Kafka's defaults
  file,           // --config FILE
  environment,    // KAFKA_LOG_DIRS=...
  option,         // --data DIR or --listen HOST:PORT
  set_option      // --set key=value
};

// An explicit value of a server setting, as text.
struct Given {
  std::string text;
  Origin origin = Origin::file;
  std::string place;  // for messages: "server.properties:12", "--set", "--data", "--listen", "built-in default"
};

// The explicit values of a server, by name. A setting that is absent has Kafka's default.
using Settings = std::map<std::string, Given, std::less<>>;

// What the command line asks for. The file is read by the caller.
struct StartOptions {
  struct File {
    std::string path;      // as given, for messages
    std::string contents;
  };
  std::optional<File> file;
  std::vector<std::string> environment;  // "NAME=value", as the process has it
  std::vector<std::string> sets;      // "key=value", each --set in order; the last of a key counts
  std::optional<std::string> listen;  // HOST:PORT
  std::optional<std::string> data;    // a directory
};

struct MergedSettings {
  Settings settings;
  std::vector<std::string> warnings;  // one line each: unknown names, names given twice
};

// The setting that an environment variable stands for in the container images of Kafka: KAFKA_LOG_DIRS is log.dirs,
// KAFKA_CFG_LOG_DIRS too; a double underscore stands for one, a triple one for a dash. Empty for any other name.
std::string setting_of_variable(std::string_view variable);

// Puts file, environment, --data, --listen and --set together: --set beats the other two, which beat the
// environment, which beats the file; of the environment only what names a known setting is taken. Without a file, what
// a single node needs to run is added: both roles, node 1, listeners on 127.0.0.1:9092 and 9093, ./millrace-data, and
// one replica for each internal topic; with a file, only Kafka's defaults hold.
//   --data DIR          log.dirs, and metadata.log.dir is no longer set
//   --listen HOST:PORT  the broker listener (the inter-broker one, else the first that is not a controller's) and what
//                       it advertises; and the controller listener on 127.0.0.1, port + 1, where the file has none
// The values are not checked here (read_server_config). Fails with one line on a syntax error in the file or a --set
// without `=`, and on --listen or --data values that cannot be used.
Result<MergedSettings, std::string> merge_settings(const StartOptions& options);

}  // namespace millrace::config
