// `millrace bench produce|consume|e2e`.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/times.h"
#include "metrics/histogram.h"
#include "millrace/consumer.h"
#include "millrace/producer.h"
#include "runtime/interrupts.h"
#include "runtime/pacing.h"
#include "runtime/usage.h"

namespace millrace::cli {
namespace {

constexpr auto kTopic = std::to_array<Operand>({{"TOPIC"}});
constexpr OptionSpec kNum{"num", "N", "How many records (100000)", false, "n"};
constexpr OptionSpec kSize{"size", "BYTES", "How long the values are (100)"};
constexpr OptionSpec kPid{"pid", "PID", "The broker's process on this machine: its CPU time is shown"};
constexpr OptionSpec kCompression{"compression", "none|gzip|snappy|lz4|zstd", "compression.type", false, "z"};
constexpr auto kProduceOptions = std::to_array<OptionSpec>(
    {kNum, kSize, {"rate", "N", "Records a second; without: as many as are taken"}, kCompression, kPid});
constexpr auto kConsumeOptions = std::to_array<OptionSpec>({kNum, kPid});
constexpr auto kEndToEndOptions = std::to_array<OptionSpec>(
    {kNum, kSize, {"rate", "N", "Records a second (1000)"}, kCompression, kPid});
constexpr auto kColumns = std::to_array<Column>({
    {"records", Type::whole, "how many were written or read"},
    {"failed", Type::whole, "how many were not"},
    {"seconds", Type::real, "from the first to the last"},
    {"records_per_second", Type::real, "how many of them in a second"},
    {"mb_per_second", Type::real, "values, in 1,000,000 bytes"},
    {"p50_ms", Type::real, "half of the records took at most so long, from when each was due"},
    {"p90_ms", Type::real, "9 of 10"},
    {"p99_ms", Type::real, "99 of 100"},
    {"p999_ms", Type::real, "999 of 1000"},
    {"max_ms", Type::real, "all"},
    {"broker_cpu_seconds", Type::real, "with --pid: CPU time of the broker meanwhile"},
});
constexpr auto kTables = std::to_array<TableSpec>({{"result", kColumns, Shape::one}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace bench e2e bench --rate 5000 --num 50000", "How long records take from producer to consumer"},
    {"millrace bench produce bench --size 1000 --pid 4711", "As fast as they are taken, and what the broker pays"},
});

constexpr std::chrono::milliseconds kPoll{100};
constexpr std::chrono::minutes kPatience{2};
constexpr std::int64_t kIdlePollsMax = 100;  // 10 s without a record

// What is measured. Filled by one client's thread, read when that has done all.
struct Figures {
  std::int64_t records = 0;
  std::int64_t failed = 0;
  std::int64_t bytes = 0;
  std::int64_t last_us = 0;
  metrics::Distribution latency;  // microseconds
  std::uint64_t longest = 0;

  void add(std::int64_t size, std::int64_t due_us) {
    last_us = runtime::steady_us();
    const auto took = static_cast<std::uint64_t>(std::max<std::int64_t>(0, last_us - due_us));
    latency.add(took);
    longest = std::max(longest, took);
    ++records;
    bytes += size;
  }
};

struct Plan {
  std::string topic;
  std::int64_t records = 100'000;
  std::int64_t size = 100;
  std::int64_t rate = 0;  // 0: as many as are taken
  std::optional<std::int64_t> pid;

  // When record `i` is due. An open loop: what comes late counts as late, and delays nothing after it.
  std::int64_t due(std::int64_t start_us, std::int64_t i) const {
    return rate == 0 ? runtime::steady_us() : start_us + i * 1'000'000 / rate;
  }
};

Outcome<Plan> plan_of(Call& call, std::int64_t rate) {
  Plan plan;
  plan.topic = call.operand(0);
  plan.rate = rate;
  const std::array<std::pair<const char*, std::int64_t*>, 3> options{
      {{"num", &plan.records}, {"size", &plan.size}, {"rate", &plan.rate}}};
  for (const auto& [name, target] : options) {
    const auto number = call.whole_option(name, 1);
    if (!number) return number.error();
    if (*number) *target = **number;
  }
  const auto pid = call.whole_option("pid", 1);
  if (!pid) return pid.error();
  plan.pid = *pid;
  if (plan.pid && !runtime::cpu_us_of(*plan.pid)) {
    return Failure{kUsage, fmt::format("--pid {}: there is no such process", *plan.pid)};
  }
  return plan;
}

std::optional<std::int64_t> broker_cpu(const Plan& plan) {
  return plan.pid ? runtime::cpu_us_of(*plan.pid) : std::nullopt;
}

int show(Call& call, const Figures& figures, std::int64_t start_us, const Plan& plan,
         std::optional<std::int64_t> cpu_before) {
  const double seconds = std::max(1e-6, static_cast<double>(figures.last_us - start_us) / 1e6);
  const auto cpu = broker_cpu(plan);
  const auto at = [&](double share) {
    const std::uint64_t us = std::min(figures.latency.quantile(share), figures.longest);
    return figures.latency.count() == 0 ? Cell() : Cell(static_cast<double>(us) / 1000.0);
  };
  Table table(kTables[0]);
  table.add({figures.records, figures.failed, seconds, static_cast<double>(figures.records) / seconds,
             static_cast<double>(figures.bytes) / 1e6 / seconds, at(0.5), at(0.9), at(0.99), at(0.999), at(1.0),
             cpu && cpu_before ? Cell(static_cast<double>(*cpu - *cpu_before) / 1e6) : Cell()});
  if (figures.failed > 0) call.failed(fmt::format("{} records have failed", figures.failed));
  return call.show({std::move(table)});
}

Outcome<client::Producer> producer_of(Call& call) {
  client::ProducerConfig config;
  call.configure(config::Scope::producer, config);
  if (const auto codec = call.options().value("compression")) config.set("compression.type", *codec);
  return outcome(client::Producer::create(config));
}

// Values begin with when they were due, for the consumer of the same process.
client::Record record_of(const Plan& plan, std::int64_t due_us) {
  std::string value(static_cast<std::size_t>(std::max<std::int64_t>(plan.size, sizeof due_us)), 'x');
  std::memcpy(value.data(), &due_us, sizeof due_us);
  client::Record record;
  record.topic = plan.topic;
  record.value = std::move(value);
  return record;
}

// Sends all records when they are due; `told` hears of each end, on the producer's thread.
template <typename Told>
void send_all(const Plan& plan, std::int64_t start_us, client::Producer& producer, runtime::Interrupts& interrupts,
              const Told& told) {
  for (std::int64_t i = 0; i < plan.records && !interrupts.asked(); ++i) {
    const std::int64_t due = plan.due(start_us, i);
    runtime::sleep_until_us(due);
    producer.send(record_of(plan, due), [&told, due](const client::Result<client::RecordMetadata>& end) {
      told(end.ok(), due);
    });
  }
  (void)producer.flush(kPatience);
  (void)producer.close(std::chrono::milliseconds(0));
}

Outcome<int> run_produce(Call& call) {
  const auto plan = plan_of(call, 0);
  if (!plan) return plan.error();
  runtime::Interrupts interrupts;
  auto producer = producer_of(call);
  if (!producer) return producer.error();
  Figures figures;
  const auto cpu = broker_cpu(*plan);
  const std::int64_t start = runtime::steady_us();
  send_all(*plan, start, *producer, interrupts, [&](bool written, std::int64_t due) {
    if (written) {
      figures.add(plan->size, due);
    } else {
      ++figures.failed;
    }
  });
  return show(call, figures, start, *plan, cpu);
}

// A consumer of all partitions of the topic.
Outcome<client::Consumer> consumer_of(Call& call, const Plan& plan, bool from_start) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto described = outcome((*admin)->describe_topics({plan.topic}).get());
  if (!described) return described.error();
  if (!described->front().result) return failure_with_step(described->front().result.error());
  std::vector<client::TopicPartition> partitions;
  for (const auto& partition : described->front().result->partitions) {
    partitions.push_back({plan.topic, partition.partition});
  }
  client::ConsumerConfig config;
  call.configure(config::Scope::consumer, config);
  config.max_poll_records(10'000);
  auto consumer = outcome(client::Consumer::create(config));
  if (!consumer) return consumer;
  MR_TRY(outcome(consumer->assign(partitions)));
  MR_TRY(outcome(from_start ? consumer->seek_to_beginning(partitions) : consumer->seek_to_end(partitions)));
  for (const auto& partition : partitions) MR_TRY(outcome(consumer->position(partition).get()));
  return consumer;
}

Outcome<int> run_consume(Call& call) {
  const auto plan = plan_of(call, 0);
  if (!plan) return plan.error();
  runtime::Interrupts interrupts;
  auto consumer = consumer_of(call, *plan, true);
  if (!consumer) return consumer.error();
  Figures figures;
  const auto cpu = broker_cpu(*plan);
  const std::int64_t start = runtime::steady_us();
  for (std::int64_t idle = 0; figures.records < plan->records && idle < kIdlePollsMax && !interrupts.asked();) {
    const auto records = consumer->poll(kPoll);
    if (!records && !records.error().retriable) return failure_of(records.error());
    idle = records && !records->empty() ? 0 : idle + 1;
    if (idle > 0) continue;
    for (const auto& record : *records) figures.bytes += static_cast<std::int64_t>(record.value.value_or("").size());
    figures.records += static_cast<std::int64_t>(records->size());
    figures.last_us = runtime::steady_us();
  }
  return show(call, figures, start, *plan, cpu);
}

// Reads on its client's thread until all records have come, or nothing comes any more.
class Reader : public std::enable_shared_from_this<Reader> {
 public:
  Reader(client::Consumer& consumer, Plan plan, std::int64_t start_us)
      : consumer_(consumer), plan_(std::move(plan)), start_us_(start_us) {}

  void poll() {
    consumer_.poll_async(kPoll).then([self = shared_from_this()](client::Result<client::ConsumerRecords> records) {
      self->take(records);
    });
  }
  client::Future<void> done() { return done_.future(); }
  const Figures& figures() const { return figures_; }

 private:
  void take(const client::Result<client::ConsumerRecords>& records) {
    const bool some = records && !records->empty();
    idle_ = some ? 0 : idle_ + 1;
    if (some) {
      for (const auto& record : *records) add(record);
    }
    const bool hopeless = (!records && !records.error().retriable) || idle_ == kIdlePollsMax;
    if (figures_.records < plan_.records && !hopeless) return poll();
    figures_.failed = plan_.records - std::min(plan_.records, figures_.records);
    done_.set(client::Result<void>());
  }
  void add(const client::ConsumerRecord& record) {
    std::int64_t due = 0;
    if (!record.value || record.value->size() < sizeof due) return;
    std::memcpy(&due, record.value->data(), sizeof due);
    if (due >= start_us_) figures_.add(static_cast<std::int64_t>(record.value->size()), due);
  }

  client::Consumer& consumer_;
  const Plan plan_;
  const std::int64_t start_us_;
  std::int64_t idle_ = 0;
  Figures figures_;
  client::Promise<void> done_;
};

Outcome<int> run_end_to_end(Call& call) {
  const auto plan = plan_of(call, 1000);
  if (!plan) return plan.error();
  runtime::Interrupts interrupts;
  auto consumer = consumer_of(call, *plan, false);
  if (!consumer) return consumer.error();
  auto producer = producer_of(call);
  if (!producer) return producer.error();
  const auto cpu = broker_cpu(*plan);
  const std::int64_t start = runtime::steady_us();
  const auto reader = std::make_shared<Reader>(*consumer, *plan, start);
  auto done = reader->done();
  reader->poll();
  send_all(*plan, start, *producer, interrupts, [](bool, std::int64_t) {});
  while (!interrupts.asked() && !done.wait_for(kPoll)) continue;
  const bool whole = done.ready();
  (void)consumer->close();
  if (!whole) return Failure{kSomeFailed, "interrupted before all records had come"};
  return show(call, reader->figures(), start, *plan, cpu);
}

}  // namespace

const Command kBenchProduce{.name = "bench produce",
                            .about = "Measure how fast records are written",
                            .details = "Latencies count from when a record was due, whatever came before it.",
                            .operands = kTopic,
                            .options = kProduceOptions,
                            .takes = kTakesCluster | kTakesFormat,
                            .tables = kTables,
                            .examples = kExamples,
                            .run = run_produce};

const Command kBenchConsume{.name = "bench consume",
                            .about = "Measure how fast records are read, from the first",
                            .operands = kTopic,
                            .options = kConsumeOptions,
                            .takes = kTakesCluster | kTakesFormat,
                            .tables = kTables,
                            .examples = kExamples,
                            .run = run_consume};

const Command kBenchEndToEnd{.name = "bench e2e",
                             .about = "Measure how long records take from a producer to a consumer",
                             .details = "Latencies count from when a record was due, whatever came before it.",
                             .operands = kTopic,
                             .options = kEndToEndOptions,
                             .takes = kTakesCluster | kTakesFormat,
                             .tables = kTables,
                             .examples = kExamples,
                             .run = run_end_to_end};

}  // namespace millrace::cli
