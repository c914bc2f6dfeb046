// The coroutine front: sends records one after the other, then reads them back, without a thread that waits.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "millrace/consumer.h"
#include "millrace/coroutine.h"
#include "millrace/producer.h"

namespace client = millrace::client;

namespace {

int fail(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

client::Task<int> send_all(client::Producer& producer, std::string topic, int count) {
  for (int i = 0; i < count; ++i) {
    client::Record record;
    record.topic = topic;
    record.partition = 0;
    record.value = "number " + std::to_string(i);
    const auto written = co_await producer.send(std::move(record));
    if (!written) co_return fail(written.error());
  }
  co_return 0;
}

client::Task<int> read_all(client::Consumer& consumer, int count) {
  int read = 0;
  while (read < count) {
    const auto records = co_await consumer.poll_async(std::chrono::seconds(10));
    if (!records) co_return fail(records.error());
    if (records->empty()) break;
    read += static_cast<int>(records->size());
  }
  std::printf("%d records read\n", read);
  co_return read >= count ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP TOPIC COUNT\n", argv[0]);
    return 2;
  }
  const int count = std::atoi(argv[3]);
  client::ProducerConfig writing;
  writing.bootstrap_servers(argv[1]).linger(std::chrono::milliseconds(0));
  auto producer = client::Producer::create(writing);
  if (!producer) return fail(producer.error());
  client::ConsumerConfig reading;
  reading.bootstrap_servers(argv[1]).auto_offset_reset("earliest");
  auto consumer = client::Consumer::create(reading);
  if (!consumer) return fail(consumer.error());
  if (auto assigned = consumer->assign({{argv[2], 0}}); !assigned) return fail(assigned.error());

  if (const int code = *client::start(send_all(*producer, argv[2], count)).get(); code != 0) return code;
  return *client::start(read_all(*consumer, count)).get();
}
