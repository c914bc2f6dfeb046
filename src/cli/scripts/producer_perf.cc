// kafka-producer-perf-test.
#include <algorithm>
#include <array>

#include "cli/scripts/arguments.h"
#include "cli/scripts/perf.h"
#include "cli/scripts/script.h"
#include "millrace/producer.h"
#include "runtime/random.h"

namespace millrace::cli {
namespace {

using Kind = Argument::Kind;

constexpr auto kArguments = std::to_array<Argument>({
    {{"throughput", "RATE", "About so many records a second at most; -1: as many as possible"}, true, Kind::real},
    {{"topic", "NAME", "Where the records go"}, true},
    {{"num-records", "COUNT", "How many"}, true, Kind::int64},
    {{"record-size", "BYTES", "Values of so many letters"}, false, Kind::int32, true},
    {{"payload-file", "FILE", "Values from a text file, one of them at random each time"}, false, Kind::text, true},
    {{"payload-monotonic", "", "Values are 0, 1, 2, ..."}, false, Kind::text, true},
    {{"payload-delimiter", "TEXT", "What stands between the values of --payload-file (default \\n)"}},
    {{"bootstrap-server", "HOST:PORT", "A server of the cluster"}},
    {{"command-property", "NAME=VALUE...", "Settings of the producer"}, false, Kind::texts},
    {{"producer-props", "NAME=VALUE...", "An older name of --command-property"}, false, Kind::texts},
    {{"command-config", "FILE", "Settings of the producer"}},
    {{"producer.config", "FILE", "An older name of --command-config"}},
    {{"print-metrics", "", "Print what the producer has counted"}},
    {{"transactional-id", "ID", "Needs transactions, which this client does not have"}},
    {{"transaction-duration-ms", "MS", "Needs transactions, which this client does not have"}, false, Kind::int64},
    {{"warmup-records", "COUNT", "The first records, which do not count as steady state"}, false, Kind::int64},
    {{"reporting-interval", "MS", "How often progress is told (default 5000)"}, false, Kind::int64},
});
constexpr Grammar kGrammar{{"kafka-producer-perf-test", "Measures how fast records are taken.", kArguments, true}, {}};

constexpr std::size_t kSamplesMax = 500'000;
constexpr std::chrono::minutes kPatience{5};

std::optional<std::string> wrong(const Options& options) {
  const auto number = [&](const char* name, std::string_view fallback) {
    return *whole_number(options.get(name, fallback));
  };
  if (number("num-records", "1") <= 0) return "--num-records should be greater than zero.";
  if (number("warmup-records", "0") > 0 && number("warmup-records", "0") >= number("num-records", "1")) {
    return "The value for --warmup-records must be strictly fewer than the number of records in the test, "
           "--num-records.";
  }
  if (number("record-size", "1") <= 0) return "--record-size should be greater than zero.";
  if (number("reporting-interval", "5000") <= 0) return "--reporting-interval should be greater than zero.";
  const bool settings = options.has("command-property") || options.has("producer-props") ||
                        options.has("command-config") || options.has("producer.config");
  if (!options.has("bootstrap-server") && !settings) {
    return "At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or "
           "--command-config must be specified.";
  }
  if (options.has("producer-props") && options.has("command-property")) {
    return "--command-property and --producer-props cannot be specified together.";
  }
  if (options.has("producer.config") && options.has("command-config")) {
    return "--command-config and --producer.config cannot be specified together.";
  }
  if (options.has("transactional-id") || options.has("transaction-duration-ms")) {
    return "transactions are not there yet: leave out --transactional-id and --transaction-duration-ms";
  }
  return std::nullopt;
}

// Latencies in milliseconds, by Kafka's way of counting. Filled by the producer's thread, read when that has done all.
class Stats {
 public:
  Stats(std::int64_t records, std::int64_t interval_ms, Console* progress)
      : sampling_(static_cast<std::size_t>(records) / std::min<std::size_t>(static_cast<std::size_t>(records),
                                                                           kSamplesMax)),
        interval_(interval_ms),
        start_(steady_ms()),
        window_start_(start_),
        console_(progress) {}

  void record(std::int64_t latency, std::size_t bytes, std::int64_t now) {
    if (count_ % sampling_ == 0) samples_.push_back(latency);
    for (Sum* sum : {&all_, &window_}) sum->add(latency, bytes);
    ++count_;
    if (console_ == nullptr || now - window_start_ < interval_) return;
    const double seconds = static_cast<double>(now - window_start_) / 1000.0;
    console_->print("{} records sent, {:.1f} records/sec ({:.2f} MB/sec), {:.1f} ms avg latency, {:.1f} ms max "
                    "latency.\n",
                    window_.count, static_cast<double>(window_.count) / seconds, window_.megabytes() / seconds,
                    window_.average(), static_cast<double>(window_.most));
    console_->flush();
    window_ = {};
    window_start_ = now;
  }
  // "" or "steady state " before "records".
  std::string total(std::string_view kind) {
    const double seconds = std::max(1.0, static_cast<double>(steady_ms() - start_)) / 1000.0;
    std::ranges::sort(samples_);
    const auto at = [&](double share) -> std::int64_t {
      if (samples_.empty()) return 0;
      const auto index = static_cast<std::size_t>(share * static_cast<double>(samples_.size()));
      return samples_[std::min(index, samples_.size() - 1)];
    };
    return fmt::format("{} {}records sent, {:.6f} records/sec ({:.2f} MB/sec), {:.2f} ms avg latency, {:.2f} ms max "
                       "latency, {} ms 50th, {} ms 95th, {} ms 99th, {} ms 99.9th.\n",
                       all_.count, kind, static_cast<double>(all_.count) / seconds, all_.megabytes() / seconds,
                       all_.average(), static_cast<double>(all_.most), at(0.5), at(0.95), at(0.99), at(0.999));
  }

 private:
  struct Sum {
    std::int64_t count = 0;
    std::int64_t latency = 0;
    std::int64_t most = 0;
    std::size_t bytes = 0;
    void add(std::int64_t ms, std::size_t size) {
      ++count;
      latency += ms;
      most = std::max(most, ms);
      bytes += size;
    }
    double average() const {
      return static_cast<double>(latency) / static_cast<double>(std::max<std::int64_t>(1, count));
    }
    double megabytes() const { return static_cast<double>(bytes) / kMegabyte; }
  };

  const std::size_t sampling_;
  const std::int64_t interval_;
  const std::int64_t start_;
  std::int64_t window_start_;
  Console* console_;
  std::size_t count_ = 0;
  std::vector<std::int64_t> samples_;
  Sum all_;
  Sum window_;
};

// What the values are made of.
struct Payloads {
  std::vector<std::string> texts;  // from a file
  std::size_t size = 0;            // of letters
  bool counting = false;

  std::string next(std::int64_t number, ports::Random& random) const {
    if (!texts.empty()) return texts[random.next() % texts.size()];
    if (counting) return std::to_string(number);
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>('A' + random.next() % 26);
    return text;
  }
};

Outcome<client::ProducerConfig> settings_of(const Options& options, Console& console) {
  client::ProducerConfig config;
  config.client_id("perf-producer-client");
  MR_TRY(add_settings(options, {"producer.config", "command-config"}, {"producer-props", "command-property"},
                      config::Scope::producer, console, config));
  if (options.has("bootstrap-server")) {
    config.bootstrap_servers(options.get("bootstrap-server"));
    MR_TRY(check_resolvable(options.get("bootstrap-server")));
  }
  return config;
}

Outcome<Payloads> payloads_of(const Options& options, Console& console) {
  Payloads payloads;
  payloads.counting = options.has("payload-monotonic");
  payloads.size = static_cast<std::size_t>(whole_number(options.get("record-size")).value_or(0));
  const auto path = options.value("payload-file");
  if (!path) return payloads;
  console.print("Reading payloads from: {}\n", *path);
  const auto text = read_text(*path);
  if (!text || text->empty()) return Failure{kSomeFailed, "File does not exist or empty file provided."};
  std::string delimiter = options.get("payload-delimiter", "\\n");
  if (delimiter == "\\n") delimiter = "\n";
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find(delimiter, at), text->size());
    payloads.texts.push_back(text->substr(at, end - at));
    at = end + delimiter.size();
  }
  console.print("Number of records read: {}\n", payloads.texts.size());
  return payloads;
}

// Sends all records, and waits for their ends.
void send_all(const Options& options, const Payloads& payloads, client::Producer& producer, Console& console) {
  const std::int64_t count = *whole_number(options.get("num-records"));
  const std::int64_t warmup = std::min(count, *whole_number(options.get("warmup-records", "0")));
  const std::int64_t interval = *whole_number(options.get("reporting-interval", "5000"));
  const double rate = std::strtod(options.get("throughput").c_str(), nullptr);
  if (warmup > 0) {
    console.print("Warmup first {} records. Steady state results will print after the complete test summary.\n",
                  warmup);
  }
  const auto stats = std::make_shared<Stats>(count, interval, &console);
  std::shared_ptr<Stats> steady;
  runtime::SystemRandom random;
  const std::int64_t start = runtime::steady_us();
  for (std::int64_t i = 0; i < count; ++i) {
    if (warmup > 0 && i == warmup) steady = std::make_shared<Stats>(count - warmup, interval, nullptr);
    client::Record record;
    record.topic = options.get("topic");
    record.value = payloads.next(i, random);
    const std::size_t bytes = record.value->size();
    const std::int64_t sent = steady_ms();
    producer.send(std::move(record), [stats, steady, bytes, sent](const client::Result<client::RecordMetadata>& end) {
      if (!end) return fmt::print(stderr, "{}\n", end.error().text());
      const std::int64_t now = steady_ms();
      stats->record(now - sent, bytes, now);
      if (steady) steady->record(now - sent, bytes, now);
    });
    if (rate > 0) runtime::sleep_until_us(start + static_cast<std::int64_t>(static_cast<double>(i + 1) * 1e6 / rate));
  }
  if (!producer.flush(kPatience)) (void)producer.close(std::chrono::milliseconds(0));
  console.out(stats->total(""));
  if (steady) console.out(steady->total("steady state "));
}

}  // namespace

int kafka_producer_perf_test(const Arguments& arguments, Console& console) {
  if (arguments.empty()) {
    console.out(help_text(kGrammar, kGrammar.program));
    return 0;
  }
  auto call = read_call(kGrammar, arguments);
  if (call && wrong(call->options)) call = NoCall{&kGrammar.program, *wrong(call->options)};
  if (!call) {
    print_no_call(console, kGrammar, call.error());
    return 1;
  }
  const Options& options = call->options;
  const auto fail = [&](std::string_view text) {
    console.complain("{}\n", text);
    return 1;
  };
  const auto payloads = payloads_of(options, console);
  if (!payloads) return fail(payloads.error().text);
  for (const auto& [older, newer] : {std::pair("producer-props", "command-property"),
                                     std::pair("producer.config", "command-config")}) {
    if (!options.has(older)) continue;
    console.print("Option --{} has been deprecated and will be removed in a future version. Use --{} instead.\n", older,
                  newer);
  }
  const auto config = settings_of(options, console);
  if (!config) return fail(config.error().text);
  auto producer = client::Producer::create(*config);
  if (!producer) return fail(producer.error().text());
  send_all(options, *payloads, *producer, console);
  const auto counted = options.has("print-metrics") ? std::optional(producer->statistics().get()) : std::nullopt;
  if (counted && *counted) {
    const auto& counts = **counted;
    console.print("batches-sent: {}\nbatches-retried: {}\nrequests: {}\nbytes-sent: {}\nrecords-failed: {}\n",
                  counts.batches_sent, counts.batches_retried, counts.requests, counts.bytes_sent,
                  counts.records_failed);
  }
  (void)producer->close();
  return 0;
}

}  // namespace millrace::cli
