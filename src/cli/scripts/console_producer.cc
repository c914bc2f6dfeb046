// kafka-console-producer.
#include <array>
#include <atomic>

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
    {"max-block-ms", "MS", "max.block.ms"},
    {"request-timeout-ms", "MS", "request.timeout.ms"},
    {"reader-property", "NAME=VALUE", "parse.key, key.separator, ignore.error, null.marker"},
    {"property", "NAME=VALUE", "An older name of --reader-property"},
    {"command-property", "NAME=VALUE", "A setting of the producer"},
    {"producer-property", "NAME=VALUE", "An older name of --command-property"},
    {"command-config", "FILE", "Settings of the producer"},
    {"producer.config", "FILE", "An older name of --command-config"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

struct Alias {
  std::string_view option;
  std::string_view setting;
};
constexpr auto kAliases = std::to_array<Alias>({
    {"bootstrap-server", "bootstrap.servers"},
    {"request-required-acks", "acks"},
    {"batch-size", "batch.size"},
    {"timeout", "linger.ms"},
    {"max-block-ms", "max.block.ms"},
    {"request-timeout-ms", "request.timeout.ms"},
});

// How lines become records.
struct Reader {
  bool keys = false;
  bool ignore_errors = false;
  std::string separator = "\t";
  std::optional<std::string> null_marker;

  void set(const std::string& name, const std::string& value) {
    if (name == "parse.key") keys = value == "true";
    if (name == "ignore.error") ignore_errors = value == "true";
    if (name == "key.separator") separator = value;
    if (name == "null.marker") null_marker = value;
  }
  std::optional<std::string> text(std::string value) const {
    if (null_marker && value == *null_marker) return std::nullopt;
    return value;
  }
};

Outcome<client::ProducerConfig> settings_of(const Options& options) {
  client::ProducerConfig config;
  config.set("linger.ms", "1000").set("client.id", "console-producer");
  MR_TRY(add_settings(options, {"producer.config", "command-config"}, {"producer-property", "command-property"},
                      config));
  for (const Alias& alias : kAliases) {
    if (const auto value = options.value(alias.option)) config.set(std::string(alias.setting), *value);
  }
  if (options.has("compression-codec")) config.set("compression.type", options.get("compression-codec", "gzip"));
  return config;
}

}  // namespace

int kafka_console_producer(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "Read lines from the input and send each as a record.",
                                      kOptions);
  if (!options) return options.error();
  for (const char* name : {"topic", "bootstrap-server"}) {
    if (options->has(name)) continue;
    return script_usage(console, fmt::format("Missing required argument \"[{}]\"", name), kOptions);
  }
  const auto fail = [&](std::string_view text) {
    console.complain("{}\n", text);
    return 1;
  };
  const auto config = settings_of(*options);
  if (!config) return fail(config.error().text);
  Reader reader;
  for (const char* name : {"property", "reader-property"}) {
    for (const std::string& text : options->all(name)) {
      const auto [key, value] = property_of(text);
      reader.set(key, value);
    }
  }
  auto producer = client::Producer::create(*config);
  if (!producer) return fail(producer.error().text());
  const auto failures = std::make_shared<std::atomic<int>>(0);
  for (int number = 1; const auto line = console.line(); ++number) {
    client::Record record;
    record.topic = options->get("topic");
    const std::size_t at = reader.keys ? line->find(reader.separator) : std::string::npos;
    if (reader.keys && at == std::string::npos && !reader.ignore_errors) {
      fail(fmt::format("No key separator found on line number {}: '{}'", number, *line));
      (void)producer->close();
      return 1;
    }
    if (at != std::string::npos) record.key = reader.text(line->substr(0, at));
    record.value = reader.text(at == std::string::npos ? *line : line->substr(at + reader.separator.size()));
    if (options->has("sync")) {
      if (const auto sent = producer->send(std::move(record)).get(); !sent) fail(sent.error().text());
      continue;
    }
    producer->send(std::move(record), [failures](const client::Result<client::RecordMetadata>& sent) {
      if (sent) return;
      failures->fetch_add(1);
      fmt::print(stderr, "Error when sending message: {}\n", sent.error().text());
    });
  }
  if (const auto closed = producer->close(); !closed) return fail(closed.error().text());
  return 0;
}

}  // namespace millrace::cli
