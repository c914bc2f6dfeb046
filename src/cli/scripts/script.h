#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/connect.h"
#include "cli/console.h"
#include "cli/options.h"

namespace millrace::cli {

// A program of Kafka's, under the name of its script.
struct Script {
  std::string_view name;  // kafka-topics
  int (*run)(const Arguments& arguments, Console& console);
};

std::span<const Script> scripts();
// The script of a program's name: "kafka-topics", "kafka-topics.sh", with or without folders before it.
const Script* find_script(std::string_view program);

// --- What the scripts share ---

// Reads the options; answers --help (as a failure, like the originals) and --version, and prints what is wrong with
// them, after `before_wrong`. The error is the exit code to end with.
Result<Options, int> script_options(const Arguments& arguments, Console& console, std::string_view about,
                                    std::span<const OptionSpec> specs, std::string_view before_wrong = {});
// "Message", then the options, on stderr. The exit code to end with.
int script_usage(Console& console, std::string_view message, std::span<const OptionSpec> specs);

// Kafka's words for a list that included() cannot read as expressions.
std::optional<std::string> not_a_regex(std::string_view list);
// Whether `topic` is matched by a list of regular expressions in Kafka's form "a,b.*" (an expression that cannot be
// read matches only itself).
bool included(std::string_view list, const std::string& topic);

// Kafka's own topics.
bool internal_topic(std::string_view name);

// The first failed item's words, if one has failed.
template <typename ItemList>
std::optional<std::string> first_failure(const ItemList& items) {
  for (const auto& item : items) {
    if (!item.result) return plain_message(item.result.error());
  }
  return std::nullopt;
}

// "NAME=VALUE", split at the first equals sign; the value is empty without one.
std::pair<std::string, std::string> property_of(const std::string& text);

// Kafka's words for the first of these options that is given and no whole number.
std::optional<std::string> not_a_number(const Options& options, std::initializer_list<const char*> names);
// The same for numbers of 32 bits.
std::optional<std::string> not_an_int(const Options& options, std::initializer_list<const char*> names);

// Kafka's words for the first option that is given more than once, and is not among those that may be.
std::optional<std::string> given_twice(const Options& options, std::span<const OptionSpec> specs,
                                       std::initializer_list<std::string_view> repeatable = {});

// The id of 22 characters, or Kafka's words for what is none.
struct NoId {
  std::string line;
};
Result<client::TopicId, NoId> parse_id(const std::string& text);

// Kafka's words for options that exclude one another.
std::string not_together(std::string_view option, std::string_view other);

// An option that has another name now.
struct Renamed {
  std::string_view older;
  std::string_view newer;
};
// Prints a line for each option that is given by its older name, beginning with `word` ("Option").
void print_renamed(const Options& options, std::span<const Renamed> renamed, std::string_view word, Console& console);

// Names and values, in the order in which they are to be set.
using Properties = std::vector<std::pair<std::string, std::string>>;
// Those of the file that the option `name` names; none without it.
Outcome<Properties> properties_in_file(const Options& options, const char* name);
// The NAME=VALUE of the options `names`.
Properties properties_given(const Options& options, std::initializer_list<const char*> names);

// Whether a property's text says yes: "true" in any case, with blanks around it.
bool is_true(std::string_view text);

// Adds the settings of a client of `scope`: those of the files that the options `files` name, then the NAME=VALUE of
// the options `properties`, in this order, as add_known() does.
Outcome<void> add_settings(const Options& options, std::initializer_list<const char*> files,
                           std::initializer_list<const char*> properties, config::Scope scope, Console& console,
                           client::Config& config);

// "orders-0".
std::string text_of(const client::TopicPartition& partition);

// The name that Kafka's clients have for an error: "org.apache.kafka.common.errors.GroupIdNotFoundException".
std::string java_name(const client::Error& error);

// "1,2,3".
std::string joined(std::span<const std::int32_t> numbers);

// --- One function per script; each reads its own arguments and returns the exit code ---

int kafka_topics(const Arguments& arguments, Console& console);
int kafka_get_offsets(const Arguments& arguments, Console& console);
int kafka_consumer_groups(const Arguments& arguments, Console& console);
int kafka_groups(const Arguments& arguments, Console& console);
int kafka_configs(const Arguments& arguments, Console& console);
int kafka_delete_records(const Arguments& arguments, Console& console);
int kafka_metadata_quorum(const Arguments& arguments, Console& console);
int kafka_cluster(const Arguments& arguments, Console& console);
int kafka_console_producer(const Arguments& arguments, Console& console);
int kafka_console_consumer(const Arguments& arguments, Console& console);
int kafka_dump_log(const Arguments& arguments, Console& console);
int kafka_features(const Arguments& arguments, Console& console);
int kafka_log_dirs(const Arguments& arguments, Console& console);
int kafka_broker_api_versions(const Arguments& arguments, Console& console);
int kafka_leader_election(const Arguments& arguments, Console& console);
int kafka_reassign_partitions(const Arguments& arguments, Console& console);
int kafka_producer_perf_test(const Arguments& arguments, Console& console);
int kafka_consumer_perf_test(const Arguments& arguments, Console& console);
int kafka_storage(const Arguments& arguments, Console& console);

}  // namespace millrace::cli
