// The work of the client comparison by this project's client: see bench/client.py.
#include <atomic>
#include <thread>
#include <utility>

#include "bench/client/measure.h"
#include "millrace/consumer.h"
#include "millrace/producer.h"

namespace {

using namespace millrace::bench;
namespace client = millrace::client;

[[noreturn]] void give_up(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  std::exit(1);
}

client::Producer producer(const Work& work, bool linger) {
  client::ProducerConfig config;
  config.bootstrap_servers(work.bootstrap).idempotence(false);
  config.set("linger.ms", linger ? kLingerMs : "0").set("batch.size", kBatchBytes);
  config.buffer_memory(kBufferKib * 1024);
  auto made = client::Producer::create(config);
  if (!made) give_up(made.error());
  return *std::move(made);
}

void produce(const Work& work) {
  auto sends = producer(work, true);
  const std::string value(work.size, 'x');
  std::int64_t failed = 0;  // on the client's thread until flush() has returned
  Measure measure;
  for (std::int64_t i = 0; i < work.records; ++i) {
    client::Record record;
    record.topic = work.topic;
    record.value = value;
    sends.send(std::move(record), [&](const client::Result<client::RecordMetadata>& result) { failed += !result; });
  }
  if (const auto done = sends.flush(std::chrono::minutes(2)); !done) give_up(done.error());
  for (; failed > 0; --failed) measure.fail();
  measure.report(work.records, work.size);
}

void latency(const Work& work) {
  auto sends = producer(work, false);
  const std::string value(work.size, 'x');
  {
    client::Record first;
    first.topic = work.topic;
    if (const auto sent = sends.send(std::move(first)).get(); !sent) give_up(sent.error());
  }
  Measure measure;
  const auto begin = Clock::now();
  for (std::int64_t i = 0; i < work.records; ++i) {
    std::this_thread::sleep_until(begin + std::chrono::nanoseconds(1'000'000'000 * i / work.rate));
    client::Record record;
    record.topic = work.topic;
    record.value = value;
    const auto due = Clock::now();
    sends.send(std::move(record), [&measure, due](const client::Result<client::RecordMetadata>& result) {
      if (!result) measure.fail();
      measure.note(Clock::now() - due);
    });
  }
  if (const auto done = sends.flush(std::chrono::minutes(1)); !done) give_up(done.error());
  measure.report(work.records, work.size);
}

void consume(const Work& work) {
  client::ConsumerConfig config;
  config.bootstrap_servers(work.bootstrap).auto_offset_reset("earliest").auto_commit(false).max_poll_records(10'000);
  config.set("check.crcs", "true");
  auto reads = client::Consumer::create(config);
  if (!reads) give_up(reads.error());
  std::vector<client::TopicPartition> partitions;
  for (int i = 0; i < kPartitions; ++i) partitions.push_back({work.topic, i});
  Measure measure;
  if (const auto assigned = reads->assign(std::move(partitions)); !assigned) give_up(assigned.error());
  std::int64_t seen = 0;
  std::size_t bytes = 0;
  while (seen < work.records) {
    const auto records = reads->poll(std::chrono::seconds(10));
    if (!records) give_up(records.error());
    if (records->empty()) break;
    for (const auto& record : *records) bytes += record.value ? record.value->size() : 0;
    seen += static_cast<std::int64_t>(records->size());
  }
  measure.report(seen, seen == 0 ? 0 : bytes / static_cast<std::size_t>(seen));
}

}  // namespace

int main(int argc, char** argv) {
  const Work work = work_from(argc, argv);
  if (work.mode == "produce") produce(work);
  if (work.mode == "latency") latency(work);
  if (work.mode == "consume") consume(work);
  return 0;
}
