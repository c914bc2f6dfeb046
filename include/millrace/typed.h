#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "millrace/consumer.h"
#include "millrace/producer.h"
#include "millrace/serde.h"

namespace millrace::client {

namespace detail {
// Null stays null.
template <Serde S>
Result<std::optional<std::string>> to_bytes(const S& serde, const std::optional<typename S::type>& value,
                                            const SerdeContext& context) {
  if (!value) return std::optional<std::string>();
  auto bytes = serde.serialize(*value, context);
  if (!bytes) return bytes.error();
  return std::optional(*std::move(bytes));
}
template <Serde S>
Result<std::optional<typename S::type>> from_bytes(const S& serde, const std::optional<std::string_view>& bytes,
                                                   const SerdeContext& context) {
  if (!bytes) return std::optional<typename S::type>();
  auto value = serde.deserialize(*bytes, context);
  if (!value) return value.error();
  return std::optional(*std::move(value));
}
}  // namespace detail

// A record to be sent, with a key and a value of types of the program's. Like Record else.
template <typename Key, typename Value>
struct TypedRecord {
  std::string topic;
  std::optional<std::int32_t> partition;  // none: the partitioner chooses, by the key's bytes
  std::optional<Key> key;                 // none: null
  std::optional<Value> value;             // none: null
  Headers headers;
  std::optional<std::int64_t> timestamp_ms;  // since 1970 UTC; none: now
};

// A producer of typed records. Any thread, any number of them at once, as with Producer; move-only.
template <Serde KeySerde, Serde ValueSerde>
class TypedProducer {
 public:
  using Record = TypedRecord<typename KeySerde::type, typename ValueSerde::type>;

  // Takes `producer` over.
  explicit TypedProducer(Producer producer, KeySerde key = {}, ValueSerde value = {})
      : producer_(std::move(producer)), key_(std::move(key)), value_(std::move(value)) {}

  // As Producer::send(); Cause::serialization at once where key or value have no bytes.
  Future<RecordMetadata> send(Record record) {
    auto bytes = encode(std::move(record));
    if (bytes) return producer_.send(*std::move(bytes));
    Promise<RecordMetadata> promise;
    promise.set(bytes.error());
    return promise.future();
  }
  void send(Record record, DeliveryCallback delivered) {
    auto bytes = encode(std::move(record));
    if (bytes) return producer_.send(*std::move(bytes), std::move(delivered));
    if (delivered) delivered(bytes.error());
  }

  // For everything else: flush(), close(), transactions, records of bytes.
  Producer& producer() { return producer_; }

 private:
  Result<client::Record> encode(Record&& record) const {
    auto key = detail::to_bytes(key_, record.key, {record.topic, true});
    if (!key) return key.error();
    auto value = detail::to_bytes(value_, record.value, {record.topic, false});
    if (!value) return value.error();
    return client::Record{std::move(record.topic), record.partition,          *std::move(key),
                          *std::move(value),       std::move(record.headers), record.timestamp_ms};
  }

  Producer producer_;
  KeySerde key_;
  ValueSerde value_;
};

// A received record. key() and value() are read out of its bytes with each call, so that a record which cannot be read
// holds up no other, and what is not asked for costs nothing. Valid as long as its TypedRecords.
template <Serde KeySerde, Serde ValueSerde>
class TypedConsumerRecord {
 public:
  TypedConsumerRecord(const ConsumerRecord& bytes, const KeySerde& key, const ValueSerde& value)
      : bytes_(&bytes), key_(&key), value_(&value) {}

  // Nothing for null; Cause::serialization where the bytes are no such value.
  Result<std::optional<typename KeySerde::type>> key() const {
    return detail::from_bytes(*key_, bytes_->key, {bytes_->topic, true});
  }
  Result<std::optional<typename ValueSerde::type>> value() const {
    return detail::from_bytes(*value_, bytes_->value, {bytes_->topic, false});
  }
  // Topic, partition, offset, headers, and the bytes themselves.
  const ConsumerRecord& bytes() const { return *bytes_; }

 private:
  const ConsumerRecord* bytes_;
  const KeySerde* key_;
  const ValueSerde* value_;
};

// What one poll brought, in its order. Move-only; any number of threads may read.
template <Serde KeySerde, Serde ValueSerde>
class TypedRecords {
 public:
  using Record = TypedConsumerRecord<KeySerde, ValueSerde>;
  using Serdes = std::pair<KeySerde, ValueSerde>;
  TypedRecords(ConsumerRecords records, std::shared_ptr<const Serdes> serdes)
      : records_(std::move(records)), serdes_(std::move(serdes)) {}

  bool empty() const { return records_.empty(); }
  std::size_t size() const { return records_.size(); }
  Record operator[](std::size_t index) const { return {records_[index], serdes_->first, serdes_->second}; }

  class Iterator {
   public:
    Iterator(const TypedRecords& all, std::size_t index) : all_(&all), index_(index) {}
    Record operator*() const { return (*all_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const TypedRecords* all_;
    std::size_t index_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  ConsumerRecords records_;
  std::shared_ptr<const Serdes> serdes_;
};

// A consumer of typed records. Threads as with Consumer; move-only.
template <Serde KeySerde, Serde ValueSerde>
class TypedConsumer {
 public:
  using Records = TypedRecords<KeySerde, ValueSerde>;

  // Takes `consumer` over.
  explicit TypedConsumer(Consumer consumer, KeySerde key = {}, ValueSerde value = {})
      : consumer_(std::move(consumer)),
        serdes_(std::make_shared<const typename Records::Serdes>(std::move(key), std::move(value))) {}

  // As Consumer::poll().
  Result<Records> poll(std::chrono::milliseconds timeout) {
    auto records = consumer_.poll(timeout);
    if (!records) return records.error();
    return typed(*std::move(records));
  }
  // What a poll of consumer() brought, such as poll_async().
  Records typed(ConsumerRecords records) const { return {std::move(records), serdes_}; }

  // For everything else: subscribe(), commit(), seek(), close().
  Consumer& consumer() { return consumer_; }

 private:
  Consumer consumer_;
  std::shared_ptr<const typename Records::Serdes> serdes_;
};

}  // namespace millrace::client
