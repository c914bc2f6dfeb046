// kafka-console-producer.
#include <array>
#include <atomic>

#include "cli/scripts/line_reader.h"
#include "cli/scripts/script.h"
#include "millrace/producer.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"topic", "NAME", "Required: where the records go"},
    {"sync", "", "Wait for each record before the next"},
    {"compression-codec", "CODEC", "none, gzip, snappy, lz4 or zstd (default gzip)", true},
    {"request-required-acks", "ACKS", "-1, 0, 1 or all"},
    {"batch-size", "BYTES", "batch.size"},
    {"timeout", "MS", "linger.ms"},
    {"message-send-max-retries", "COUNT", "retries"},
    {"retry-backoff-ms", "MS", "retry.backoff.ms"},
    {"metadata-expiry-ms", "MS", "metadata.max.age.ms"},
    {"max-memory-bytes", "BYTES", "buffer.memory"},
    {"max-partition-memory-bytes", "BYTES", "An older name of --batch-size"},
    {"socket-buffer-size", "BYTES", "send.buffer.bytes"},
    {"max-block-ms", "MS", "max.block.ms"},
    {"request-timeout-ms", "MS", "request.timeout.ms"},
    {"line-reader", "CLASS", "What makes records of lines: only Kafka's own, the default"},
    {"reader-property", "NAME=VALUE", "parse.key, parse.headers, key.separator, headers.delimiter, headers.separator, "
                                      "headers.key.separator, ignore.error, null.marker"},
    {"reader-config", "FILE", "Properties as --reader-property takes them"},
    {"property", "NAME=VALUE", "An older name of --reader-property"},
    {"command-property", "NAME=VALUE", "A setting of the producer"},
    {"producer-property", "NAME=VALUE", "An older name of --command-property"},
    {"command-config", "FILE", "Settings of the producer"},
    {"producer.config", "FILE", "An older name of --command-config"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr auto kRenamed = std::to_array<Renamed>({{"producer-property", "command-property"},
                                                  {"producer.config", "command-config"},
                                                  {"property", "reader-property"}});

struct Alias {
  std::string_view option;
  std::string_view setting;
};
constexpr auto kAliases = std::to_array<Alias>({
    {"bootstrap-server", "bootstrap.servers"},
    {"request-required-acks", "acks"},
    {"batch-size", "batch.size"},
    {"max-partition-memory-bytes", "batch.size"},
    {"timeout", "linger.ms"},
    {"message-send-max-retries", "retries"},
    {"retry-backoff-ms", "retry.backoff.ms"},
    {"metadata-expiry-ms", "metadata.max.age.ms"},
    {"max-memory-bytes", "buffer.memory"},
    {"socket-buffer-size", "send.buffer.bytes"},
    {"max-block-ms", "max.block.ms"},
    {"request-timeout-ms", "request.timeout.ms"},
});

Outcome<client::ProducerConfig> settings_of(const Options& options, Console& console) {
  client::ProducerConfig config;
  config.set("linger.ms", "1000").set("client.id", "console-producer");
  MR_TRY(add_settings(options, {"producer.config", "command-config"}, {"producer-property", "command-property"},
                      config::Scope::producer, console, config));
  for (const Alias& alias : kAliases) {
    if (const auto value = options.value(alias.option)) config.set(std::string(alias.setting), *value);
  }
  MR_TRY(check_resolvable(options.get("bootstrap-server")));
  if (options.has("compression-codec")) config.set("compression.type", options.get("compression-codec", "gzip"));
  return config;
}

// What is wrong with the options beyond their names.
std::optional<std::string> refusal(const Options& options) {
  for (const char* name : {"topic", "bootstrap-server"}) {
    if (!options.has(name)) return fmt::format("Missing required argument \"[{}]\"", name);
  }
  for (const Renamed& option : kRenamed) {
    if (!options.has(option.older) || !options.has(option.newer)) continue;
    return fmt::format("Options --{} and --{} cannot be specified together.", option.newer, option.older);
  }
  auto wrong = given_twice(options, kOptions, {"property", "reader-property", "command-property", "producer-property"});
  if (!wrong) {
    wrong = not_an_int(options, {"batch-size", "max-partition-memory-bytes", "message-send-max-retries",
                                 "request-timeout-ms", "socket-buffer-size"});
  }
  if (wrong) return wrong;
  return not_a_number(options, {"max-block-ms", "max-memory-bytes", "metadata-expiry-ms", "retry-backoff-ms",
                                "timeout"});
}

constexpr std::string_view kLineReader = "org.apache.kafka.tools.LineMessageReader";

Outcome<LineReader> reader_of(const Options& options) {
  if (options.get("line-reader", kLineReader) != kLineReader) {
    return Failure{kSomeFailed, fmt::format("The only line reader is {}: classes cannot be loaded", kLineReader)};
  }
  const auto properties = properties_in_file(options, "reader-config");
  if (!properties) return properties.error();
  LineReader reader;
  for (const auto& [name, text] : *properties) reader.set(name, text);
  for (const auto& [name, text] : properties_given(options, {"property", "reader-property"})) reader.set(name, text);
  MR_TRY(reader.check());
  return reader;
}

}  // namespace

int kafka_console_producer(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console,
                                      "This tool helps to read data from standard input and publish it to Kafka.",
                                      kOptions);
  if (!options) return options.error();
  if (const auto line = refusal(*options)) return script_usage(console, *line, kOptions);
  print_renamed(*options, kRenamed, "Warning:", console);
  if (options->has("max-partition-memory-bytes")) {
    console.out("Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use "
                "--batch-size instead.\n");
  }
  const auto fail = [&](std::string_view text) {
    console.complain("{}\n", text);
    return 1;
  };
  const auto config = settings_of(*options, console);
  if (!config) return fail(config.error().text);
  const auto reader = reader_of(*options);
  if (!reader) return fail(reader.error().text);
  auto producer = client::Producer::create(*config);
  if (!producer) return fail(producer.error().text());
  const auto failures = std::make_shared<std::atomic<int>>(0);
  for (int number = 1; const auto line = console.line(); ++number) {
    auto record = reader->read(options->get("topic"), *line, number);
    if (!record) {
      (void)producer->close();
      return fail(record.error().text);
    }
    if (options->has("sync")) {
      if (const auto sent = producer->send(std::move(record).value()).get(); !sent) fail(sent.error().text());
      continue;
    }
    producer->send(std::move(record).value(), [failures](const client::Result<client::RecordMetadata>& sent) {
      if (sent) return;
      failures->fetch_add(1);
      fmt::print(stderr, "Error when sending message: {}\n", sent.error().text());
    });
  }
  if (const auto closed = producer->close(); !closed) return fail(closed.error().text());
  return 0;
}

}  // namespace millrace::cli
