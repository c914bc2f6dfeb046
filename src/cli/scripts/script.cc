#include "cli/scripts/script.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <regex>

#include "base/ascii.h"

namespace millrace::cli {
namespace {

constexpr auto kScripts = std::to_array<Script>({
    {"kafka-topics", kafka_topics},
    {"kafka-get-offsets", kafka_get_offsets},
    {"kafka-consumer-groups", kafka_consumer_groups},
    {"kafka-groups", kafka_groups},
    {"kafka-configs", kafka_configs},
    {"kafka-delete-records", kafka_delete_records},
    {"kafka-metadata-quorum", kafka_metadata_quorum},
    {"kafka-cluster", kafka_cluster},
    {"kafka-console-producer", kafka_console_producer},
    {"kafka-console-consumer", kafka_console_consumer},
    {"kafka-dump-log", kafka_dump_log},
    {"kafka-features", kafka_features},
    {"kafka-log-dirs", kafka_log_dirs},
    {"kafka-broker-api-versions", kafka_broker_api_versions},
    {"kafka-leader-election", kafka_leader_election},
    {"kafka-reassign-partitions", kafka_reassign_partitions},
    {"kafka-producer-perf-test", kafka_producer_perf_test},
    {"kafka-consumer-perf-test", kafka_consumer_perf_test},
    {"kafka-storage", kafka_storage},
});

// "a,b.*" as one expression.
std::string pattern_of(std::string_view list) {
  std::string pattern;
  for (const char c : list) {
    if (c == ' ' || c == '"' || c == '\'') continue;
    pattern += c == ',' ? '|' : c;
  }
  return pattern;
}

}  // namespace

std::span<const Script> scripts() { return kScripts; }

const Script* find_script(std::string_view program) {
  if (const std::size_t slash = program.rfind('/'); slash != std::string_view::npos) program.remove_prefix(slash + 1);
  if (program.ends_with(".sh")) program.remove_suffix(3);
  const auto at = std::ranges::find(kScripts, program, &Script::name);
  return at == kScripts.end() ? nullptr : &*at;
}

Result<Options, int> script_options(const Arguments& arguments, Console& console, std::string_view about,
                                    std::span<const OptionSpec> specs, std::string_view before_wrong) {
  auto options = Options::parse(specs, arguments);
  const auto asked = [&](const char* flag) { return std::ranges::find(arguments, flag) != arguments.end(); };
  if (asked("--help")) {
    return script_usage(console, about, specs);
  }
  if (asked("--version")) {
    console.out("4.3.1\n");
    return 0;
  }
  if (!options) {
    console.complain("{}{}\n", before_wrong, options.error());
    return 1;
  }
  if (arguments.empty()) return script_usage(console, about, specs);
  return std::move(options).value();
}

int script_usage(Console& console, std::string_view message, std::span<const OptionSpec> specs) {
  console.complain("{}\n{}", message, options_help(specs));
  return 1;
}

std::optional<std::string> not_a_regex(std::string_view list) {
  const std::string pattern = pattern_of(list);
  try {
    const std::regex read(pattern);
    return std::nullopt;
  } catch (const std::regex_error&) {
    return pattern + " is an invalid regex.";
  }
}

bool included(std::string_view list, const std::string& topic) {
  try {
    return std::regex_match(topic, std::regex(pattern_of(list)));
  } catch (const std::regex_error&) {
    return topic == list;
  }
}

bool internal_topic(std::string_view name) {
  return name == "__consumer_offsets" || name == "__transaction_state" || name == "__share_group_state";
}

std::pair<std::string, std::string> property_of(const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  return {text.substr(0, equals), text.substr(std::min(equals + 1, text.size()))};
}

std::optional<std::string> not_a_number(const Options& options, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto text = options.value(name);
    if (text && !whole_number(*text)) return fmt::format("Cannot parse argument '{}' of option {}", *text, name);
  }
  return std::nullopt;
}

std::optional<std::string> not_an_int(const Options& options, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto text = options.value(name);
    if (!text) continue;
    const auto number = whole_number(*text);
    if (number && *number >= INT32_MIN && *number <= INT32_MAX) continue;
    return fmt::format("Cannot parse argument '{}' of option {}", *text, name);
  }
  return std::nullopt;
}

std::optional<std::string> given_twice(const Options& options, std::span<const OptionSpec> specs,
                                       std::initializer_list<std::string_view> repeatable) {
  for (const OptionSpec& spec : specs) {
    if (options.all(spec.name).size() < 2 || std::ranges::find(repeatable, spec.name) != repeatable.end()) continue;
    return fmt::format("Found multiple arguments for option {}, but you asked for only one", spec.name);
  }
  return std::nullopt;
}

Result<client::TopicId, NoId> parse_id(const std::string& text) {
  constexpr std::size_t kLongest = 24, kCharactersOfFour = 4, kBytesOfFour = 3;
  if (const auto id = client::TopicId::parse(text)) return *id;
  if (text.size() > kLongest) {
    return NoId{fmt::format("Input string with prefix `{}` is too long to be decoded as a base64 UUID",
                            text.substr(0, kLongest))};
  }
  return NoId{fmt::format("Input string `{}` decoded as {} bytes, which is not equal to the expected 16 bytes of a "
                          "base64-encoded UUID", text, text.size() * kBytesOfFour / kCharactersOfFour)};
}

std::string not_together(std::string_view option, std::string_view other) {
  return fmt::format("Option \"[{}]\" can't be used with option \"[{}]\"", option, other);
}

void print_renamed(const Options& options, std::span<const Renamed> renamed, std::string_view word, Console& console) {
  for (const Renamed& option : renamed) {
    if (!options.has(option.older)) continue;
    console.print("{} --{} is deprecated and will be removed in a future version. Use --{} instead.\n", word,
                  option.older, option.newer);
  }
}

Outcome<Properties> properties_in_file(const Options& options, const char* name) {
  client::AdminConfig file;
  if (const auto path = options.value(name)) MR_TRY(read_settings(*path, file));
  return Properties(file.values().begin(), file.values().end());
}

Properties properties_given(const Options& options, std::initializer_list<const char*> names) {
  Properties properties;
  for (const char* name : names) {
    for (const std::string& text : options.all(name)) properties.push_back(property_of(text));
  }
  return properties;
}

bool is_true(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return same_but_for_case(text, "true");
}

Outcome<void> add_settings(const Options& options, std::initializer_list<const char*> files,
                           std::initializer_list<const char*> properties, config::Scope scope, Console& console,
                           client::Config& config) {
  for (const char* name : files) {
    client::AdminConfig file;
    if (const auto path = options.value(name)) {
      MR_TRY(read_settings(*path, file));
      add_known(file.values(), scope, *path, console, config);
    }
  }
  for (const char* name : properties) {
    for (const std::string& text : options.all(name)) {
      add_known({property_of(text)}, scope, fmt::format("--{}", name), console, config);
    }
  }
  return {};
}

std::string text_of(const client::TopicPartition& partition) {
  return fmt::format("{}-{}", partition.topic, partition.partition);
}

std::string joined(std::span<const std::int32_t> numbers) { return fmt::format("{}", fmt::join(numbers, ",")); }

}  // namespace millrace::cli
