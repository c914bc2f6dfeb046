// Uses each of the clients, without a broker: what goes over the border of the library, and comes back.
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "millrace/admin.h"
#include "millrace/consumer.h"
#include "millrace/coroutine.h"
#include "millrace/producer.h"

namespace client = millrace::client;

namespace {

class Listener final : public client::RebalanceListener {};

bool check(bool holds, const char* what) {
  if (!holds) std::fprintf(stderr, "not so: %s\n", what);
  return holds;
}

}  // namespace

int main() {
  client::ProducerConfig wrong;
  wrong.bootstrap_servers("127.0.0.1:1").set("linger.ms", "soon");
  const auto refused = client::Producer::create(wrong);
  bool fine = check(!refused && refused.error().is(client::Cause::invalid_config), "a wrong setting is refused");

  client::ProducerConfig config;
  config.bootstrap_servers("127.0.0.1:1").max_block(std::chrono::milliseconds(50));
  auto producer = client::Producer::create(config);
  fine = check(producer.ok(), "a producer starts") && fine;
  client::Record record;
  record.topic = "t";
  record.value = "v";
  const auto sent = producer->send(std::move(record)).get();
  fine = check(!sent.ok() && !sent.error().text().empty(), "a record without a broker fails") && fine;

  client::ConsumerConfig reads;
  reads.bootstrap_servers("127.0.0.1:1").group_id("g");
  auto consumer = client::Consumer::create(reads);
  fine = check(consumer.ok() && consumer->subscribe({"t"}, std::make_shared<Listener>()).ok(), "a consumer starts") &&
         fine;
  const auto records = consumer->poll(std::chrono::milliseconds(1));
  fine = check(!records.ok() || records->empty(), "nothing is read") && fine;

  client::AdminConfig asks;
  asks.bootstrap_servers("127.0.0.1:1").set("default.api.timeout.ms", "50").set("request.timeout.ms", "50");
  auto admin = client::Admin::create(asks);
  fine = check(admin.ok() && !admin->list_topics(false, {}).get().ok(), "an admin client starts") && fine;
  return fine ? 0 : 1;
}
