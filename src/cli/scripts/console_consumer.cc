// kafka-console-consumer.
#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "cli/scripts/message_format.h"
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
    {"formatter", "CLASS", "One of Kafka's formatters, by its class"},
    {"formatter-property", "NAME=VALUE", "print.timestamp, print.partition, print.offset, print.delivery, print.epoch, "
                                         "print.headers, print.key, print.value, key.separator, line.separator, "
                                         "headers.separator, null.literal, key.deserializer, value.deserializer, "
                                         "headers.deserializer"},
    {"formatter-config", "FILE", "Properties as --formatter-property takes them"},
    {"key-deserializer", "CLASS", "What keys are, by a class of Kafka's library"},
    {"value-deserializer", "CLASS", "What values are, by a class of Kafka's library"},
    {"property", "NAME=VALUE", "An older name of --formatter-property"},
    {"command-property", "NAME=VALUE", "A setting of the consumer"},
    {"consumer-property", "NAME=VALUE", "An older name of --command-property"},
    {"command-config", "FILE", "Settings of the consumer"},
    {"consumer.config", "FILE", "An older name of --command-config"},
    {"skip-message-on-error", "", "Go on after a record that cannot be read"},
    {"enable-systest-events", "", "Print shutdown_complete at the end"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr auto kRenamed = std::to_array<Renamed>({{"consumer-property", "command-property"},
                                                  {"consumer.config", "command-config"},
                                                  {"property", "formatter-property"}});

constexpr std::chrono::milliseconds kPoll{100};

// A group's id from any place where it can be given; none if it has none.
std::optional<std::string> group_of(const Options& options, const client::ConsumerConfig& config) {
  if (const auto group = options.value("group")) return group;
  const auto at = config.values().find("group.id");
  return at == config.values().end() ? std::nullopt : std::optional(at->second);
}

Outcome<client::ConsumerConfig> settings_of(const Options& options, Console& console) {
  client::ConsumerConfig config;
  config.set("client.id", "console-consumer").auto_offset_reset(options.has("from-beginning") ? "earliest" : "latest");
  MR_TRY(add_settings(options, {"consumer.config", "command-config"}, {"consumer-property", "command-property"},
                      config::Scope::consumer, console, config));
  config.bootstrap_servers(options.get("bootstrap-server"));
  MR_TRY(check_resolvable(options.get("bootstrap-server")));
  if (options.has("isolation-level")) config.set("isolation.level", options.get("isolation-level"));
  const auto group = group_of(options, config);
  if (const auto other = config.values().find("group.id"); group && other != config.values().end() &&
                                                          other->second != *group) {
    return Failure{kSomeFailed, fmt::format("The group ids provided in different places (directly using '--group', via "
                                            "'--consumer-property', or via '--consumer.config') do not match. Detected "
                                            "group ids: '{}', '{}'", other->second, *group)};
  }
  if (options.has("partition")) {
    if (group) return Failure{kSomeFailed, "Options group and partition cannot be specified together."};
    return config;
  }
  const std::string reset = config.values().find("auto.offset.reset")->second;
  if (options.has("from-beginning") && reset != "earliest") {
    return Failure{kSomeFailed, fmt::format("Can't simultaneously specify --from-beginning and 'auto.offset.reset={}', "
                                            "please remove one option", reset)};
  }
  if (group) {
    config.group_id(*group);
    return config;
  }
  runtime::SystemRandom random;
  config.group_id(fmt::format("console-consumer-{}", random.next() % 100'000));
  if (!config.values().contains("enable.auto.commit")) config.auto_commit(false);
  return config;
}

Outcome<MessageFormat> format_of(const Options& options, Console& console) {
  auto format = MessageFormat::of_class(
      options.get("formatter", "org.apache.kafka.tools.consumer.DefaultMessageFormatter"));
  if (!format) {
    return Failure{kSomeFailed, fmt::format("{} is no formatter of Kafka's: other classes cannot be loaded",
                                            options.get("formatter"))};
  }
  auto properties = properties_in_file(options, "formatter-config");
  if (!properties) return properties.error();
  for (const char* what : {"key", "value"}) {
    const std::string class_name = options.get(fmt::format("{}-deserializer", what));
    if (!class_name.empty()) properties->emplace_back(fmt::format("{}.deserializer", what), class_name);
  }
  std::ranges::move(properties_given(options, {"property", "formatter-property"}), std::back_inserter(*properties));
  for (const auto& [name, text] : *properties) {
    if (!format->set(name, text)) console.complain("Unable to instantiate a deserializer from {}\n", text);
  }
  return *format;
}

// What is read, and from where. The failure is a line for the user.
std::optional<std::string> begin(const Options& options, client::Consumer& consumer) {
  if (!options.has("partition")) {
    const client::Status subscribed = options.has("include") ? consumer.subscribe_pattern(options.get("include"))
                                                             : consumer.subscribe({options.get("topic")});
    return subscribed ? std::nullopt : std::optional(subscribed.error().text());
  }
  const auto number = *whole_number(options.get("partition"));
  const client::TopicPartition partition{options.get("topic"), static_cast<std::int32_t>(number)};
  if (const auto assigned = consumer.assign({partition}); !assigned) return assigned.error().text();
  const std::string from = options.get("offset", options.has("from-beginning") ? "earliest" : "latest");
  const auto offset = whole_number(from);
  if (offset ? *offset < 0 : from != "earliest" && from != "latest") {
    return "The provided offset value '" + from + "' is incorrect. Valid values are 'earliest', 'latest', or a "
           "non-negative long.";
  }
  const client::Status sought = offset              ? consumer.seek(partition, *offset)
                                : from == "earliest" ? consumer.seek_to_beginning({partition})
                                                     : consumer.seek_to_end({partition});
  return sought ? std::nullopt : std::optional(sought.error().text());
}

// What has been printed, and whether a record that could not be ended it.
struct Printed {
  std::int64_t count = 0;
  bool failed = false;
};

// Back to the first record of each partition that was not printed: none is committed unseen.
void give_back(const client::ConsumerRecords& records, std::size_t from, client::Consumer& consumer) {
  std::set<client::TopicPartition> done;
  for (std::size_t i = from; i < records.size(); ++i) {
    const client::TopicPartition partition{std::string(records[i].topic), records[i].partition};
    if (done.insert(partition).second) (void)consumer.seek(partition, records[i].offset);
  }
}

// Prints records until there have been enough, nothing has come for too long, or the user interrupts.
class Printer {
 public:
  Printer(const Options& options, const MessageFormat& format, client::Consumer& consumer, Console& console)
      : format_(format), consumer_(consumer), console_(console), skip_(options.has("skip-message-on-error")) {
    most_ = whole_number(options.get("max-messages")).value_or(-1);
    patience_ = whole_number(options.get("timeout-ms"));
    if (patience_ && *patience_ < 0) patience_.reset();
  }

  Printed run(runtime::Interrupts& interrupts) {
    std::chrono::milliseconds idle{0};
    while (!enough() && !printed_.failed && !interrupts.asked()) {
      const auto records = consumer_.poll(kPoll);
      if (!records) {
        if (records.error().retriable && !patience_) continue;
        console_.complain("Error processing message, terminating consumer process: {}\n", records.error().text());
        break;
      }
      print(*records);
      idle = records->empty() ? idle + kPoll : std::chrono::milliseconds(0);
      if (patience_ && idle.count() > 0 && idle.count() >= *patience_) {
        console_.complain("Error processing message, terminating consumer process: org.apache.kafka.common.errors."
                          "TimeoutException\n");
        break;
      }
    }
    return printed_;
  }

 private:
  bool enough() const { return most_ >= 0 && printed_.count >= most_; }

  void print(const client::ConsumerRecords& records) {
    std::size_t next = 0;
    while (next < records.size() && !enough() && !printed_.failed) {
      const auto text = format_.show(records[next]);
      ++next;
      ++printed_.count;
      if (text) {
        console_.out(*text);
      } else {
        console_.complain("Error processing message, {}: {}\n",
                          skip_ ? "skipping this message" : "terminating consumer process", text.error().text);
        printed_.failed = !skip_;
      }
    }
    give_back(records, next, consumer_);
    if (!records.empty()) console_.flush();
  }

  const MessageFormat& format_;
  client::Consumer& consumer_;
  Console& console_;
  bool skip_;
  std::int64_t most_ = -1;  // below 0: no end
  std::optional<std::int64_t> patience_;
  Printed printed_;
};

std::optional<std::string> wrong(const Options& options) {
  for (const Renamed& option : kRenamed) {
    if (!options.has(option.older) || !options.has(option.newer)) continue;
    return fmt::format("Options --{} and --{} cannot be specified together.", option.older, option.newer);
  }
  if (auto no_number = not_an_int(options, {"partition", "max-messages"})) return no_number;
  if (auto no_number = not_a_number(options, {"timeout-ms"})) return no_number;
  auto twice = given_twice(options, kOptions, {"property", "formatter-property", "command-property",
                                               "consumer-property"});
  if (twice) return twice;
  const bool offset = options.has("offset");
  if (!options.has("partition")) {
    return offset ? std::optional<std::string>("The partition is required when offset is specified.") : std::nullopt;
  }
  if (!options.has("topic")) return "The topic is required when partition is specified.";
  if (offset && options.has("from-beginning")) {
    return "Options from-beginning and offset cannot be specified together.";
  }
  return std::nullopt;
}

}  // namespace

int kafka_console_consumer(const Arguments& arguments, Console& console) {
  const auto options = script_options(
      arguments, console, "This tool helps to read data from Kafka topics and outputs it to standard output.",
      kOptions);
  if (!options) return options.error();
  if (!options->has("bootstrap-server")) {
    return script_usage(console, "Missing required argument \"[bootstrap-server]\"", kOptions);
  }
  if (options->has("topic") == options->has("include")) {
    return script_usage(console, "Exactly one of the following arguments is required: [topic], [include]", kOptions);
  }
  if (const auto line = wrong(*options)) return script_usage(console, *line, kOptions);
  const auto fail = [&](std::string_view text) {
    console.complain("{}\n", text);
    return 1;
  };
  print_renamed(*options, kRenamed, "Option", console);
  const auto config = settings_of(*options, console);
  if (!config) return fail(config.error().text);
  const auto format = format_of(*options, console);
  if (!format) return fail(format.error().text);
  runtime::Interrupts interrupts;
  auto consumer = client::Consumer::create(*config);
  if (!consumer) return fail(consumer.error().text());
  if (const auto trouble = begin(*options, *consumer)) return fail(*trouble);
  const Printed printed = Printer(*options, *format, *consumer, console).run(interrupts);
  (void)consumer->close();
  console.complain("Processed a total of {} messages\n", printed.count);
  if (options->has("enable-systest-events")) console.out("shutdown_complete\n");
  return printed.failed ? 1 : 0;
}

}  // namespace millrace::cli
