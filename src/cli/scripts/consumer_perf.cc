// kafka-consumer-perf-test.
#include <algorithm>
#include <array>
#include <ctime>

#include "cli/scripts/perf.h"
#include "cli/scripts/script.h"
#include "millrace/consumer.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"topic", "NAME", "The topic to read (or --include)"},
    {"include", "EXPRESSION", "The topics to read, as an expression"},
    {"num-records", "COUNT", "Required: how many"},
    {"messages", "COUNT", "An older name of --num-records"},
    {"group", "ID", "The consumer group"},
    {"fetch-size", "BYTES", "max.partition.fetch.bytes (default 1048576)"},
    {"from-latest", "", "Begin with the records that come next where the group has no position"},
    {"socket-buffer-size", "BYTES", "receive.buffer.bytes (default 2097152)"},
    {"command-property", "NAME=VALUE", "A setting of the consumer"},
    {"command-config", "FILE", "Settings of the consumer"},
    {"consumer.config", "FILE", "An older name of --command-config"},
    {"print-metrics", "", "Has no effect: this consumer counts nothing beside what is shown"},
    {"show-detailed-stats", "", "A line for each reporting interval instead of one for the whole"},
    {"timeout", "MS", "End when nothing has come for so long (default 10000)", true},
    {"reporting-interval", "MS", "How often progress is told (default 5000)"},
    {"date-format", "FORMAT", "yyyy MM dd HH mm ss SSS and what stands between them"},
    {"hide-header", "", "Without the first line"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

// A time in the pattern letters of Java's SimpleDateFormat: y M d H m s S; other text stands for itself.
std::string date_text(std::int64_t wall_ms, const std::string& format) {
  const std::time_t seconds = wall_ms / 1000;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::string text;
  for (std::size_t at = 0; at < format.size();) {
    const char letter = format[at];
    const std::size_t end = std::min(format.find_first_not_of(letter, at), format.size());
    const int width = static_cast<int>(end - at);
    const auto number = [&](std::int64_t value) { text += fmt::format("{:0{}}", value, width); };
    switch (letter) {
      case 'y': number(width == 2 ? (parts.tm_year + 1900) % 100 : parts.tm_year + 1900); break;
      case 'M': number(parts.tm_mon + 1); break;
      case 'd': number(parts.tm_mday); break;
      case 'H': number(parts.tm_hour); break;
      case 'm': number(parts.tm_min); break;
      case 's': number(parts.tm_sec); break;
      case 'S': number(wall_ms % 1000); break;
      default: text += format.substr(at, end - at);
    }
    at = end;
  }
  return text;
}

// How long rebalances have taken. On the polling thread.
class JoinTime final : public client::RebalanceListener {
 public:
  void on_assigned(const std::vector<client::TopicPartition>&) override {
    const std::int64_t time = steady_ms() - begun_;
    all_ += time;
    round_ += time;
  }
  void on_revoked(const std::vector<client::TopicPartition>&) override { begun_ = steady_ms(); }
  std::int64_t all() const { return all_; }
  std::int64_t take_round() { return std::exchange(round_, 0); }
  std::int64_t round() const { return round_; }

 private:
  std::int64_t begun_ = steady_ms();
  std::int64_t all_ = 0;
  std::int64_t round_ = 0;
};

// What has been read until some moment.
struct Progress {
  std::int64_t at = 0;  // steady ms
  std::int64_t records = 0;
  std::int64_t bytes = 0;
};

double per_second(double amount, std::int64_t ms) {
  return ms <= 0 ? 0.0 : amount * 1000.0 / static_cast<double>(ms);
}

std::string detail_line(const std::string& date, const Progress& before, const Progress& now, std::int64_t join) {
  const double megabytes = static_cast<double>(now.bytes - before.bytes) / kMegabyte;
  const auto records = static_cast<double>(now.records - before.records);
  const std::int64_t time = now.at - before.at;
  return fmt::format("{}, 0, {:.4f}, {:.4f}, {}, {:.4f}, {}, {}, {:.4f}, {:.4f}\n", date,
                     static_cast<double>(now.bytes) / kMegabyte, per_second(megabytes, time), now.records,
                     per_second(records, time), join, time - join, per_second(megabytes, time - join),
                     per_second(records, time - join));
}

struct Test {
  std::int64_t records = 0;
  std::int64_t patience = 10'000;
  std::int64_t interval = 5'000;
  bool details = false;
  std::string dates;
};

std::optional<std::string> wrong(const Options& options) {
  if (!options.has("bootstrap-server")) return "Missing required argument \"[bootstrap-server]\"";
  if (options.has("topic") == options.has("include")) {
    return "Exactly one of the following arguments is required: [topic], [include]";
  }
  if (options.has("num-records") == options.has("messages")) {
    return "Exactly one of --num-records/--messages is required.";
  }
  if (auto no_number = not_a_number(options, {"num-records", "messages", "timeout", "reporting-interval"})) {
    return no_number;
  }
  if (*whole_number(options.get("reporting-interval", "5000")) <= 0) {
    return "Reporting interval must be greater than 0.";
  }
  return std::nullopt;
}

Outcome<client::ConsumerConfig> settings_of(const Options& options, Console& console) {
  runtime::SystemRandom random;
  client::ConsumerConfig config;
  config.client_id("perf-consumer-client");
  MR_TRY(add_settings(options, {"consumer.config", "command-config"}, {"command-property"},
                      config::Scope::consumer, console, config));
  config.bootstrap_servers(options.get("bootstrap-server"));
  MR_TRY(check_resolvable(options.get("bootstrap-server")));
  config.group_id(options.get("group", fmt::format("perf-consumer-{}", random.next() % 100'000)));
  config.set("receive.buffer.bytes", options.get("socket-buffer-size", "2097152"));
  config.set("max.partition.fetch.bytes", options.get("fetch-size", "1048576"));
  config.auto_offset_reset(options.has("from-latest") ? "latest" : "earliest").set("check.crcs", "false");
  return config;
}

// Reads until there is enough or nothing comes; the last progress.
Progress consume(client::Consumer& consumer, const Test& test, JoinTime& joins, Console& console) {
  constexpr std::chrono::milliseconds kPoll{100};
  Progress now{steady_ms(), 0, 0};
  Progress reported = now;
  std::int64_t last = now.at;
  while (now.records < test.records && now.at - last <= test.patience) {
    const auto records = consumer.poll(kPoll);
    now.at = steady_ms();
    if (!records && !records.error().retriable) {
      console.complain("{}\n", records.error().text());
      break;
    }
    if (!records) continue;
    if (!records->empty()) last = now.at;
    for (const auto& record : *records) {
      ++now.records;
      now.bytes += static_cast<std::int64_t>(record.key.value_or("").size() + record.value.value_or("").size());
      if (now.at - reported.at < test.interval) continue;
      const std::string date = date_text(runtime::TurnClock().wall().value(), test.dates);
      if (test.details) console.out(detail_line(date, reported, now, joins.round()));
      (void)joins.take_round();
      reported = now;
    }
  }
  if (now.records < test.records) {
    console.print("WARNING: Exiting before consuming the expected number of records: timeout ({} ms) exceeded. You can "
                  "use the --timeout option to increase the timeout.\n", test.patience);
  }
  return now;
}

}  // namespace

int kafka_consumer_perf_test(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "This tool is used to verify the consumer performance.",
                                      kOptions);
  if (!options) return options.error();
  if (const auto line = wrong(*options)) return script_usage(console, *line, kOptions);
  const auto fail = [&](std::string_view text) {
    console.complain("{}\n", text);
    return 1;
  };
  Test test;
  test.records = *whole_number(options->get("num-records", options->get("messages")));
  test.patience = whole_number(options->get("timeout")).value_or(test.patience);
  test.interval = *whole_number(options->get("reporting-interval", "5000"));
  test.details = options->has("show-detailed-stats");
  test.dates = options->get("date-format", "yyyy-MM-dd HH:mm:ss:SSS");
  const auto config = settings_of(*options, console);
  if (!config) return fail(config.error().text);
  auto consumer = client::Consumer::create(*config);
  if (!consumer) return fail(consumer.error().text());
  if (!options->has("hide-header")) {
    console.print("{}, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, "
                  "fetch.MB.sec, fetch.nMsg.sec\n", test.details ? "time, threadId" : "start.time, end.time");
  }
  const auto joins = std::make_shared<JoinTime>();
  const client::Status subscribed = options->has("include")
                                        ? consumer->subscribe_pattern(options->get("include"), joins)
                                        : consumer->subscribe({options->get("topic")}, joins);
  if (!subscribed) return fail(subscribed.error().text());
  const std::int64_t begun = runtime::TurnClock().wall().value();
  const std::int64_t start = steady_ms();
  const Progress end = consume(*consumer, test, *joins, console);
  const std::int64_t time = steady_ms() - start;
  (void)consumer->close();
  if (!test.details) {
    const double megabytes = static_cast<double>(end.bytes) / kMegabyte;
    const auto records = static_cast<double>(end.records);
    const std::int64_t fetching = time - joins->all();
    console.print("{}, {}, {:.4f}, {:.4f}, {}, {:.4f}, {}, {}, {:.4f}, {:.4f}\n", date_text(begun, test.dates),
                  date_text(begun + time, test.dates), megabytes, per_second(megabytes, time), end.records,
                  per_second(records, time), joins->all(), fetching, per_second(megabytes, fetching),
                  per_second(records, fetching));
  }
  return 0;
}

}  // namespace millrace::cli
