#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "millrace/record.h"
#include "record/batch_builder.h"

namespace millrace::client {

// A record on its way into a batch: where it wants to go, and key, value and headers as they will travel. Views.
struct EncodedRecord {
  std::string_view topic;
  std::optional<std::int32_t> partition;
  std::optional<std::int64_t> timestamp_ms;
  Bytes body;

  std::optional<Bytes> key() const { return record::key_of_body(body); }
  std::optional<Bytes> value() const { return record::value_of_body(body); }
  // What it takes at most, without compression: what counts against buffer.memory and max.request.size.
  std::size_t size() const { return size_of(body.size()); }
  static std::size_t size_of(std::size_t body) { return body + kAroundBody; }

 private:
  // Length, attributes, timestamp and offset deltas: at most.
  static constexpr std::size_t kAroundBody = 5 + 1 + 10 + 5;
};

// One that keeps its bytes.
struct KeptRecord {
  explicit KeptRecord(const EncodedRecord& from)
      : topic(from.topic),
        partition(from.partition),
        timestamp_ms(from.timestamp_ms),
        body(from.body.begin(), from.body.end()) {}
  EncodedRecord view() const { return {topic, partition, timestamp_ms, body}; }

  std::string topic;
  std::optional<std::int32_t> partition;
  std::optional<std::int64_t> timestamp_ms;
  std::vector<std::byte> body;
};

// The encoder of one record at a time: size() first, then put(). Keeps nothing but room for the next one's headers.
class RecordEncoder {
 public:
  // Bytes of the body. `record` is used until put().
  std::size_t size(const Record& record);
  // Writes the body of the record that size() was asked for.
  void put(std::byte* to) const;

 private:
  const Record* record_ = nullptr;
  std::vector<record::Header> headers_;
};

}  // namespace millrace::client
