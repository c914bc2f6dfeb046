#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace millrace::config {

// What a setting belongs to.
enum class Scope : std::uint8_t { broker, topic, group, client_metrics, producer, consumer, admin };
// How its text is read. CLASS and STRING are both any text; PASSWORD is a text that is never shown.
enum class Type : std::uint8_t { boolean_, int_, short_, long_, double_, string_, list_, class_, password_ };
// Whether it has a value when nobody sets it.
enum class Default : std::uint8_t { value, none, required };
enum class Importance : std::uint8_t { high, medium, low };
// When it can be changed: only by a restart; on one running server; for all servers; on its topic or group.
enum class Update : std::uint8_t { read_only, per_broker, cluster, resource };

// Which values are allowed. `first` and `second` are the bounds of at_least and range, as text; `first` is the choices,
// separated by `|`, of the one_of and list_of kinds.
struct Rule {
  enum Kind : std::uint8_t {
    any, at_least, range, one_of, one_of_any_case, non_empty, gzip_level, list, list_non_empty, list_of,
    list_of_non_empty, throttled_replicas, offset_reset, voters, servers
  };
  Kind kind;
  std::string_view first;
  std::string_view second;
};

// One setting, as spec/config/settings.tsv or client_settings.tsv defines it.
struct Definition {
  Scope scope;
  std::string_view name;
  Type type;
  Default presence;
  std::string_view default_text;  // with presence == value only
  Rule rule;
  Importance importance;
  Update update;
  bool used;          // this server, or this client, acts on it
  bool internal;      // not shown to clients
  bool ours;          // not one of Kafka's
  bool dynamic_only;  // set on running servers, never in a file
  bool plugin;        // read by a plug-in of Kafka's; not listed with the server's own
  std::string_view doc;  // one sentence; empty where `used` is false

  bool secret() const { return type == Type::password_; }
};

// A server setting that stands in for one of a topic or group that is not set itself: value * times.
struct Synonym {
  Scope scope;
  std::string_view name;
  std::string_view server_name;
  std::int64_t times;
};

// All settings, sorted by scope, then name. Lives as long as the program; any thread.
std::span<const Definition> all_definitions();
// All synonyms, sorted by scope, then name; those of one setting in the order in which they count.
std::span<const Synonym> all_synonyms();

// The settings of one scope, sorted by name.
std::span<const Definition> definitions(Scope scope);
// The setting with exactly this name; null when there is none.
const Definition* find_definition(Scope scope, std::string_view name);
// The server settings that `name` falls back to, the first that has a value counts; empty when there are none.
std::span<const Synonym> synonyms(Scope scope, std::string_view name);

// "INT", "LIST", ...: as Kafka names the types.
std::string_view type_name(Type type);
// What a value must be, in words: "a whole number from 1 to 2147483647".
std::string allowed_values(const Definition& definition);

}  // namespace millrace::config
