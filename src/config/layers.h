#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace millrace::config {

// Explicit values of a topic, a group, or of servers as the metadata log has them, by name.
using Overrides = std::map<std::string, std::string, std::less<>>;

// Where a value comes from, nearest first. The order is Kafka's order of precedence.
enum class Source : std::uint8_t {
  resource,         // set on the topic or group itself
  dynamic_broker,   // set on this running server
  dynamic_default,  // set on all running servers
  fixed,            // the file or the command line
  built_in          // Kafka's default
};

// What is set for servers. Absent layers are null. The maps must outlive the calls they are given to.
struct ServerLayers {
  const Overrides* dynamic_broker = nullptr;
  const Overrides* dynamic_default = nullptr;
  const Settings* fixed = nullptr;
};

// One place where a setting has a value.
struct Candidate {
  std::string_view name;   // of the setting there: the topic's own, or a server's synonym
  std::string text;        // as it stands there
  Source source = Source::built_in;
  std::int64_t times = 1;  // what turns it into the unit of the setting asked for
};

// Every place where a setting of a topic or group has a value, the one that counts first: the setting itself, then per
// server synonym its layers and its default. Never empty for a setting with a default; empty for unknown names.
std::vector<Candidate> candidates(Scope scope, std::string_view name, const Overrides& own,
                                  const ServerLayers& servers);

// The same for a setting of servers.
std::vector<Candidate> server_candidates(std::string_view name, const ServerLayers& servers);

// The value that counts: the first candidate that can be read as a value of the setting. Values in the metadata log may
// come from other versions of Kafka, so one that cannot be read is passed over.
Value resolve(Scope scope, std::string_view name, const Overrides& own, const ServerLayers& servers);

// The value of a server setting that counts, by the same rule; nothing for unknown names and where there is none.
Value resolve_server(std::string_view name, const ServerLayers& servers);

}  // namespace millrace::config
