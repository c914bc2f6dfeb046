// Sends orders as JSON under whole numbers and reads them back, past a record that is none.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "millrace/json_serde.h"
#include "millrace/typed.h"

namespace client = millrace::client;

namespace {

struct Order {
  std::string item;
  int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, item, count)

using Keys = client::NumberSerde<std::int64_t>;
using Orders = client::JsonSerde<nlohmann::json, Order>;

int fail(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP TOPIC\n", argv[0]);
    return 2;
  }
  auto plain = client::Producer::create(client::ProducerConfig().bootstrap_servers(argv[1]));
  if (!plain) return fail(plain.error());
  client::TypedProducer<Keys, Orders> producer(*std::move(plain));
  const auto first = producer.send({argv[2], 0, 7, Order{"tea", 2}, {}, {}}).get();
  if (!first) return fail(first.error());
  client::Record poison;
  poison.topic = argv[2];
  poison.partition = 0;
  poison.value = "two cups";
  if (const auto sent = producer.producer().send(std::move(poison)).get(); !sent) return fail(sent.error());
  const auto last = producer.send({argv[2], 0, 8, Order{"milk", 1}, {}, {}}).get();
  if (!last) return fail(last.error());

  auto reader = client::Consumer::create(client::ConsumerConfig().bootstrap_servers(argv[1]));
  if (!reader) return fail(reader.error());
  client::TypedConsumer<Keys, Orders> consumer(*std::move(reader));
  const client::TopicPartition place{argv[2], 0};
  if (auto assigned = consumer.consumer().assign({place}); !assigned) return fail(assigned.error());
  if (auto moved = consumer.consumer().seek(place, first->offset); !moved) return fail(moved.error());
  for (std::int64_t next = first->offset; next <= last->offset;) {
    const auto records = consumer.poll(std::chrono::seconds(20));
    if (!records) return fail(records.error());
    for (const auto& record : *records) {
      next = record.bytes().offset + 1;
      const auto key = record.key();
      const auto order = record.value();
      if (!order) {
        std::printf("offset %lld: %s\n", static_cast<long long>(record.bytes().offset), order.error().text().c_str());
      } else if (key && *key && *order) {
        std::printf("order %lld: %d x %s\n", static_cast<long long>(**key), (*order)->count, (*order)->item.c_str());
      }
    }
  }
  return 0;
}
