// kafka-console-consumer.
#include <array>
#include <limits>

#include "cli/scripts/script.h"
#include "millrace/consumer.h"
#include "runtime/interrupts.h"
#include "runtime/random.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"topic", "NAME", "The topic to read"},
    {"include", "EXPRESSION", "The topics to read, as an expression"},
    {"partition", "NUMBER", "Only this partition"},
    {"offset", "OFFSET", "Where to begin in --partition: a number, earliest or latest (the default)"},
    {"from-beginning", "", "Begin with the first record where the group has no position"},
    {"max-messages", "COUNT", "End after so many records"},
    {"timeout-ms", "MS", "End when nothing has come for so long"},
    {"group", "ID", "The consumer group"},
    {"isolation-level", "LEVEL", "read_committed or read_uncommitted (the default)"},
    {"formatter-property", "NAME=VALUE", "print.timestamp, print.partition, print.offset, print.headers, print.key, "
                                         "print.value, key.separator, line.separator, headers.separator, null.literal"},
    {"property", "NAME=VALUE", "An older name of --formatter-property"},
    {"command-property", "NAME=VALUE", "A setting of the consumer"},
    {"consumer-property", "NAME=VALUE", "An older name of --command-property"},
    {"command-config", "FILE", "Settings of the consumer"},
    {"consumer.config", "FILE", "An older name of --command-config"},
    {"skip-message-on-error", "", "Go on after a record that cannot be read"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr std::chrono::milliseconds kPoll{100};

Outcome<client::ConsumerConfig> settings_of(const Options& options) {
  client::ConsumerConfig config;
  config.set("client.id", "console-consumer").auto_offset_reset(options.has("from-beginning") ? "earliest" : "latest");
  MR_TRY(add_settings(options, {"consumer.config", "command-config"}, {"consumer-property", "command-property"},
                      config));
  config.bootstrap_servers(options.get("bootstrap-server"));
  if (options.has("isolation-level")) config.set("isolation.level", options.get("isolation-level"));
  if (const auto group = options.value("group")) {
    config.group_id(*group);
  } else if (!options.has("partition") && !config.values().contains("group.id")) {
    runtime::SystemRandom random;
    config.group_id(fmt::format("console-consumer-{}", random.next() % 100'000)).auto_commit(false);
  }
  return config;
}

// How a record becomes a line: the parts that are asked for, in Kafka's order.
struct Format {
  bool timestamp = false;
  bool partition = false;
  bool offset = false;
  bool headers = false;
  bool key = false;
  bool value = true;
  std::string separator = "\t";
  std::string line_end = "\n";
  std::string header_separator = ",";
  std::string null = "null";

  void set(const std::string& name, const std::string& text) {
    const std::array<std::pair<std::string_view, bool*>, 6> flags{{{"print.timestamp", &timestamp},
                                                                   {"print.partition", &partition},
                                                                   {"print.offset", &offset},
                                                                   {"print.headers", &headers},
                                                                   {"print.key", &key},
                                                                   {"print.value", &value}}};
    for (const auto& [flag, target] : flags) {
      if (name == flag) *target = text == "true";
    }
    const std::array<std::pair<std::string_view, std::string*>, 4> texts{{{"key.separator", &separator},
                                                                          {"line.separator", &line_end},
                                                                          {"headers.separator", &header_separator},
                                                                          {"null.literal", &null}}};
    for (const auto& [known, target] : texts) {
      if (name == known) *target = text;
    }
  }

  std::string headers_of(const client::ConsumerRecord& record) const {
    std::string text;
    for (const auto& header : record.headers()) {
      text += fmt::format("{}{}:{}", text.empty() ? "" : header_separator, header.key, header.value.value_or(null));
    }
    return text.empty() ? "NO_HEADERS" : text;
  }

  std::string line(const client::ConsumerRecord& record) const {
    std::string text;
    const auto part = [&](bool wanted, const std::string& shown) {
      if (!wanted) return;
      if (!text.empty()) text += separator;
      text += shown;
    };
    const bool appended = record.timestamp_type == client::TimestampType::log_append_time;
    part(timestamp, record.timestamp_ms < 0 ? std::string("NO_TIMESTAMP")
                                            : fmt::format("{}:{}", appended ? "LogAppendTime" : "CreateTime",
                                                          record.timestamp_ms));
    part(partition, fmt::format("Partition:{}", record.partition));
    part(offset, fmt::format("Offset:{}", record.offset));
    if (headers) part(true, headers_of(record));
    part(key, std::string(record.key.value_or(null)));
    if (!value) return text + line_end;
    // An empty value stands behind its separator too.
    const bool first = text.empty() && !(timestamp || partition || offset || headers || key);
    return text + (first ? "" : separator) + std::string(record.value.value_or(null)) + line_end;
  }
};

// What is read, and from where. The failure is a line for the user.
std::optional<std::string> begin(const Options& options, client::Consumer& consumer) {
  if (!options.has("partition")) {
    const client::Status subscribed = options.has("include") ? consumer.subscribe_pattern(options.get("include"))
                                                             : consumer.subscribe({options.get("topic")});
    return subscribed ? std::nullopt : std::optional(subscribed.error().text());
  }
  const auto number = whole_number(options.get("partition"));
  if (!number) return "Cannot parse argument '" + options.get("partition") + "' of option partition";
  const client::TopicPartition partition{options.get("topic"), static_cast<std::int32_t>(*number)};
  if (const auto assigned = consumer.assign({partition}); !assigned) return assigned.error().text();
  const std::string from = options.get("offset", options.has("from-beginning") ? "earliest" : "latest");
  const auto offset = whole_number(from);
  if (!offset && from != "earliest" && from != "latest") {
    return "The provided offset value '" + from + "' is incorrect. Valid values are 'earliest', 'latest', or a "
           "non-negative long.";
  }
  const client::Status sought = offset              ? consumer.seek(partition, *offset)
                                : from == "earliest" ? consumer.seek_to_beginning({partition})
                                                     : consumer.seek_to_end({partition});
  return sought ? std::nullopt : std::optional(sought.error().text());
}

// Prints records until there have been enough, nothing has come for too long, or the user interrupts. How many.
std::int64_t print_records(const Options& options, const Format& format, client::Consumer& consumer,
                           runtime::Interrupts& interrupts, Console& console) {
  const auto most = whole_number(options.get("max-messages")).value_or(std::numeric_limits<std::int64_t>::max());
  const auto patience = whole_number(options.get("timeout-ms"));
  std::chrono::milliseconds idle{0};
  std::int64_t count = 0;
  while (count < most && !interrupts.asked()) {
    auto records = consumer.poll(kPoll);
    if (!records) {
      if (records.error().retriable && !patience) continue;
      console.complain("Error processing message, terminating consumer process: {}\n", records.error().text());
      break;
    }
    for (const auto& record : *records) {
      if (count == most) break;
      console.out(format.line(record));
      ++count;
    }
    idle = records->empty() ? idle + kPoll : std::chrono::milliseconds(0);
    if (!records->empty()) {
      console.flush();
    } else if (patience && idle.count() >= *patience) {
      console.complain("Error processing message, terminating consumer process: org.apache.kafka.common.errors."
                       "TimeoutException\n");
      break;
    }
  }
  return count;
}

}  // namespace

int kafka_console_consumer(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "Print the records of topics.", kOptions);
  if (!options) return options.error();
  if (!options->has("bootstrap-server")) {
    return script_usage(console, "Missing required argument \"[bootstrap-server]\"", kOptions);
  }
  if (options->has("topic") == options->has("include")) {
    return script_usage(console, "Exactly one of --include/--topic is required.", kOptions);
  }
  if (options->has("offset") && !options->has("partition")) {
    return script_usage(console, "The partition is required when offset is specified.", kOptions);
  }
  const auto fail = [&](std::string_view text) {
    console.complain("{}\n", text);
    return 1;
  };
  const auto config = settings_of(*options);
  if (!config) return fail(config.error().text);
  Format format;
  for (const char* name : {"property", "formatter-property"}) {
    for (const std::string& text : options->all(name)) {
      const auto [key, value] = property_of(text);
      format.set(key, value);
    }
  }
  runtime::Interrupts interrupts;
  auto consumer = client::Consumer::create(*config);
  if (!consumer) return fail(consumer.error().text());
  if (const auto trouble = begin(*options, *consumer)) return fail(*trouble);
  const std::int64_t count = print_records(*options, format, *consumer, interrupts, console);
  (void)consumer->close();
  console.complain("Processed a total of {} messages\n", count);
  return 0;
}

}  // namespace millrace::cli
