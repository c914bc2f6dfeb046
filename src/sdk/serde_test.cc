#include "millrace/serde.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "millrace/json_serde.h"
#include "millrace/typed.h"

namespace millrace::client {
namespace {

constexpr SerdeContext kValue{"orders", false};

template <typename S>
void expect_bytes(const typename S::type& value, const std::string& bytes) {
  const auto written = S().serialize(value, kValue);
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(*written, bytes);
  const auto read = S().deserialize(bytes, kValue);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(*read, value);
}

struct Order {
  int id = 0;
  std::string what;
  friend bool operator==(const Order&, const Order&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, id, what)
using OrderSerde = JsonSerde<nlohmann::json, Order>;

TEST(Serde, BytesAreThoseOfKafkasClients) {
  using namespace std::string_literals;
  expect_bytes<StringSerde>("h\xc3\xa9", "h\xc3\xa9");
  expect_bytes<BytesSerde>({std::byte{0}, std::byte{0xff}}, "\0\xff"s);
  expect_bytes<NumberSerde<std::int16_t>>(-2, "\xff\xfe");
  expect_bytes<NumberSerde<std::int32_t>>(0x01020384, "\x01\x02\x03\x84");
  expect_bytes<NumberSerde<std::int64_t>>(std::numeric_limits<std::int64_t>::min(), "\x80\0\0\0\0\0\0\0"s);
  expect_bytes<NumberSerde<float>>(1.5F, "\x3f\xc0\0\0"s);
  expect_bytes<NumberSerde<double>>(-2.0, "\xc0\0\0\0\0\0\0\0"s);
  expect_bytes<OrderSerde>({7, "tea"}, R"({"id":7,"what":"tea"})");
  expect_bytes<JsonSerde<nlohmann::json>>(nlohmann::json{1, nullptr}, "[1,null]");
}

TEST(Serde, WhatDoesNotFitIsAnErrorThatNamesTopicAndPart) {
  const auto short_number = NumberSerde<std::int64_t>().deserialize("abc", {"orders", true});
  ASSERT_FALSE(short_number.ok());
  EXPECT_TRUE(short_number.error().is(Cause::serialization));
  EXPECT_EQ(short_number.error().message,
            "the key of a record of topic orders: a number of 8 bytes is expected, there are 3");
  for (const char* bytes : {"", "{", "[]", R"({"id":"x","what":"y"})", R"({"id":1})"}) {
    const auto order = OrderSerde().deserialize(bytes, kValue);
    ASSERT_FALSE(order.ok()) << bytes;
    EXPECT_TRUE(order.error().is(Cause::serialization));
    EXPECT_TRUE(order.error().message.starts_with("the value of a record of topic orders: ")) << order.error().message;
  }
  const auto no_text = OrderSerde().serialize({1, "\xff"}, kValue);
  ASSERT_FALSE(no_text.ok());
  EXPECT_TRUE(no_text.error().is(Cause::serialization));
}

TEST(Typed, ARecordThatHasNoBytesFailsAtOnceAndIsNotSent) {
  auto made = Producer::create(ProducerConfig().bootstrap_servers("127.0.0.1:1"));
  ASSERT_TRUE(made.ok());
  TypedProducer<StringSerde, OrderSerde> producer(*std::move(made));
  const TypedRecord<std::string, Order> record{"orders", {}, "k", Order{1, "\xff"}, {}, {}};
  const auto sent = producer.send(record).get();
  ASSERT_FALSE(sent.ok());
  EXPECT_TRUE(sent.error().is(Cause::serialization));
  int told = 0;
  producer.send(record, [&](const Result<RecordMetadata>& end) {
    EXPECT_FALSE(end.ok());
    ++told;
  });
  EXPECT_EQ(told, 1);
  const auto seen = producer.producer().statistics().get();
  ASSERT_TRUE(seen.ok());
  EXPECT_EQ(seen->records_failed, 0U);
  EXPECT_EQ(seen->bytes_waiting, 0U);
}

TEST(Typed, ARecordThatCannotBeReadHoldsUpNoOther) {
  ConsumerRecords received;
  for (const std::optional<std::string_view> value :
       {std::optional<std::string_view>(R"({"id":1,"what":"tea"})"), std::optional<std::string_view>("poison"),
        std::optional<std::string_view>()}) {
    ConsumerRecord one;
    one.topic = "orders";
    one.key = "k";
    one.value = value;
    received.add(one);
  }
  auto made = Consumer::create(ConsumerConfig().bootstrap_servers("127.0.0.1:1"));
  ASSERT_TRUE(made.ok());
  TypedConsumer<StringSerde, OrderSerde> consumer(*std::move(made));
  const auto records = consumer.typed(std::move(received));
  std::vector<std::string> seen;
  for (const auto& record : records) {
    EXPECT_EQ(record.key().value(), "k");
    const auto value = record.value();
    seen.push_back(!value ? "error" : *value ? (*value)->what : "null");
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"tea", "error", "null"}));
}

}  // namespace
}  // namespace millrace::client
