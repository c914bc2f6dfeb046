// `millrace produce`.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/records/record_format.h"
#include "cli/records/record_reader.h"
#include "cli/times.h"
#include "millrace/producer.h"
#include "runtime/pacing.h"

namespace millrace::cli {
namespace {

constexpr auto kTopic = std::to_array<Operand>({{"TOPIC", true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"input", "FORMAT", "How records stand in the input: rpk's letters, or json (%v\\n)", false, "f"},
    {"file", "FILE", "Read from this file instead of stdin"},
    {"key", "KEY", "The key of records that the input gives none", false, "k"},
    {"header", "NAME=VALUE", "A header of every record; may be given several times", false, "H"},
    {"partition", "N", "The partition of records that the input gives none", false, "p"},
    {"compression", "none|gzip|snappy|lz4|zstd", "compression.type", false, "z"},
    {"batch", "BYTES", "batch.size"},
    {"linger", "TIME", "linger.ms, such as 5ms"},
    {"acks", "all|1|0", "Who must have a record before it counts as written"},
    {"rate", "N", "At most so many records a second"},
    {"tombstone", "", "An empty value is null, which deletes the key in a compacted topic", false, "Z"},
    {"output", "FORMAT", "A line for each record that is written: %t %p %o %d", false, "o"},
});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace produce orders", "Lines of stdin, a record each"},
    {"millrace produce orders -f '%k=%v\\n' --file orders.txt -z zstd", "Lines with keys, compressed"},
    {"millrace produce orders -f '%K{big32}%k%V{big32}%v' --file orders.bin", "What `millrace cat` wrote so"},
    {"millrace produce orders -k order-7 -Z -o '%p/%o\\n' < /dev/null", "Nothing; with an empty line, a tombstone"},
});

constexpr std::chrono::minutes kPatience{2};

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

// What became of the records; filled by the producer's thread, read when that has done all.
struct Ends {
  std::uint64_t written = 0;
  std::uint64_t failed = 0;
  std::optional<client::Error> first_failure;
};

struct Layouts {
  RecordFormat input;
  std::optional<RecordFormat> output;
};

Outcome<Layouts> layouts_of(const Options& options) {
  Layouts layouts;
  auto input = RecordFormat::parse(options.get("input", "%v\\n"));
  if (!input) return Failure{kUsage, "--input: " + input.error()};
  if (const std::string why = RecordReader::refusal(*input); !why.empty()) return Failure{kUsage, "--input: " + why};
  layouts.input = std::move(*input);
  if (const auto text = options.value("output")) {
    auto output = RecordFormat::parse(*text);
    if (!output) return Failure{kUsage, "--output: " + output.error()};
    layouts.output = std::move(*output);
  }
  return layouts;
}

client::ProducerConfig settings_of(Call& call) {
  constexpr std::array<std::pair<const char*, const char*>, 3> kSettings{
      {{"compression", "compression.type"}, {"batch", "batch.size"}, {"acks", "acks"}}};
  client::ProducerConfig config;
  call.configure(config::Scope::producer, config);
  for (const auto& [option, setting] : kSettings) {
    if (const auto value = call.options().value(option)) config.set(setting, *value);
  }
  return config;
}

// What the options add to a record.
struct Additions {
  std::string topic;  // empty: the input names it
  std::optional<std::string> key;
  std::optional<std::int32_t> partition;
  client::Headers headers;
  bool tombstone = false;

  void apply(client::Record& record) const {
    if (!topic.empty()) record.topic = topic;
    if (!record.key) record.key = key;
    if (!record.partition) record.partition = partition;
    record.headers.insert(record.headers.end(), headers.begin(), headers.end());
    if (tombstone && record.value == "") record.value.reset();
  }
};

Outcome<Additions> additions_of(Call& call) {
  const Options& options = call.options();
  Additions additions;
  additions.topic = call.operand(0);
  additions.key = options.value("key");
  additions.tombstone = options.has("tombstone");
  const auto partition = call.whole_option("partition", 0);
  if (!partition) return partition.error();
  if (*partition) additions.partition = static_cast<std::int32_t>(**partition);
  const auto headers = call.pairs("--header", options.all("header"));
  if (!headers) return headers.error();
  for (const auto& [name, value] : *headers) additions.headers.push_back({name, value});
  return additions;
}

client::DeliveryCallback delivered(std::shared_ptr<Ends> ends, const Layouts& layouts, Console& console) {
  return [ends = std::move(ends), &layouts, &console](const client::Result<client::RecordMetadata>& end) {
    if (!end) {
      ++ends->failed;
      if (!ends->first_failure) ends->first_failure = end.error();
      return;
    }
    ++ends->written;
    if (!layouts.output) return;
    client::ConsumerRecord written;
    written.topic = end->topic;
    written.partition = end->partition;
    written.offset = end->offset;
    written.timestamp_ms = end->timestamp_ms;
    std::string text;
    layouts.output->write(written, ends->written, text);
    console.out(text);
  };
}

Outcome<int> run(Call& call) {
  const Options& options = call.options();
  const auto layouts = layouts_of(options);
  if (!layouts) return layouts.error();
  const auto additions = additions_of(call);
  if (!additions) return additions.error();
  const auto rate = call.whole_option("rate", 1);
  if (!rate) return rate.error();
  auto config = settings_of(call);
  if (const auto linger = options.value("linger")) {
    const auto ms = parse_duration(*linger);
    if (!ms) return Failure{kUsage, fmt::format("--linger {}: write it as 5ms or 1s", *linger)};
    config.linger(std::chrono::milliseconds(*ms));
  }
  File file;
  if (const auto path = options.value("file")) {
    file.reset(std::fopen(path->c_str(), "rb"));
    if (!file) return Failure{kUsage, fmt::format("{}: it cannot be read", *path)};
  }
  FileSource source(file ? file.get() : call.console().input());
  RecordReader reader(layouts->input, source);
  auto producer = outcome(client::Producer::create(config));
  if (!producer) return producer.error();

  const auto ends = std::make_shared<Ends>();
  const auto callback = delivered(ends, *layouts, call.console());
  const std::int64_t start = runtime::steady_us();
  std::int64_t count = 0;
  std::string bad_input;
  while (true) {
    auto record = reader.next();
    if (!record) bad_input = record.error();
    if (!record || !*record) break;
    additions->apply(**record);
    if ((*record)->topic.empty()) {
      bad_input = "no topic: name one, or take it from the input with %t";
      break;
    }
    producer->send(std::move(**record), callback);
    ++count;
    if (*rate) runtime::sleep_until_us(start + count * 1'000'000 / **rate);
  }
  (void)producer->flush(kPatience);
  (void)producer->close(std::chrono::milliseconds(0));
  if (!bad_input.empty()) call.failed(bad_input);
  if (ends->failed > 0) {
    const Failure why = failure_of(*ends->first_failure);
    return Failure{why.code, fmt::format("{} of {} records were not written: {}", ends->failed, count, why.text)};
  }
  if (call.surroundings().err_is_terminal) call.console().complain("{} records written\n", ends->written);
  return call.exit_code();
}

}  // namespace

const Command kProduce{.name = "produce",
                       .about = "Send records from stdin or a file",
                       .operands = kTopic,
                       .options = kOptions,
                       .takes = kTakesCluster,
                       .examples = kExamples,
                       .run = run};

}  // namespace millrace::cli
