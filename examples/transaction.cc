// Sends records to several partitions in transactions: readers that ask for committed records see all of a transaction
// or nothing of it. Every third one is aborted, to show that its records are never seen.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "millrace/producer.h"

namespace client = millrace::client;

namespace {

// One transaction of three records. An error that is `abortable` ends the transaction only; any other the program.
client::Status send_all(client::Producer& producer, const std::string& topic, int number) {
  if (auto begun = producer.begin_transaction().get(); !begun) return begun;
  for (int i = 0; i < 3; ++i) {
    client::Record record;
    record.topic = topic;
    record.key = std::to_string(i);
    record.value = "transaction " + std::to_string(number) + ", record " + std::to_string(i);
    producer.send(std::move(record), {});  // whether it went well is told by the commit
  }
  if (number % 3 == 2) return producer.abort_transaction().get();
  auto committed = producer.commit_transaction().get();
  if (!committed && committed.error().abortable) return producer.abort_transaction().get();
  return committed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP TOPIC [TRANSACTIONS]\n", argv[0]);
    return 2;
  }
  const int count = argc > 3 ? std::atoi(argv[3]) : 6;
  client::ProducerConfig config;
  config.bootstrap_servers(argv[1]).transactional_id("example-transaction");
  auto producer = client::Producer::create(config);
  if (!producer) {
    std::fprintf(stderr, "%s\n", producer.error().text().c_str());
    return 1;
  }
  client::Status done = producer->init_transactions().get();
  for (int i = 0; done && i < count; ++i) done = send_all(*producer, argv[2], i);
  if (done) done = producer->close();
  if (!done) {
    std::fprintf(stderr, "%s\n", done.error().text().c_str());
    return 1;
  }
  std::printf("%d transactions, every third one aborted\n", count);
  return 0;
}
