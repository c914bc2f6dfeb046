#pragma once

#include "kload/basics.h"

namespace kload {

std::uint32_t crc32c(const char* from, std::size_t size);

// Puts Kafka's primitive types one behind the other.
class Writer {
 public:
  void i8(std::int8_t value) { bytes.push_back(static_cast<char>(value)); }
  void i16(std::int16_t value);
  void i32(std::int32_t value);
  void i64(std::int64_t value);
  void text(const std::string& value);
  void no_text() { i16(-1); }
  void varint(std::int64_t value);

  Bytes bytes;
};

// Takes them; ends the program where the bytes do.
class Reader {
 public:
  explicit Reader(const Bytes& from) : Reader(from.data(), from.data() + from.size()) {}
  Reader(const char* begin, const char* end) : at_(begin), end_(end) {}

  std::int8_t i8() { return static_cast<std::int8_t>(*take(1)); }
  std::int16_t i16();
  std::int32_t i32();
  std::int64_t i64();
  std::string text();
  // So many bytes, where they stand.
  const char* take(std::size_t size);

 private:
  const char* at_;
  const char* end_;
};

// A frame with its length and a header of version 1.
Bytes request(std::int16_t api, std::int16_t version, std::int32_t correlation, const Bytes& body);
// Gives an encoded frame another correlation id.
void set_correlation(Bytes& frame, std::int32_t correlation);

// One batch for one partition, Produce version 8.
Bytes produce_body(const std::string& topic, int partition, std::int16_t acks, const Bytes& batch);
// The number of partitions that were refused.
int refused(const Bytes& produce_answer);

// One partition from `offset`, Fetch version 11.
Bytes fetch_body(const std::string& topic, int partition, std::int64_t offset, int max_bytes, int wait_ms);
struct Fetched {
  std::int16_t error = 0;
  std::int64_t high_watermark = -1;
  const char* records = nullptr;  // in the answer
  int size = 0;
};
Fetched parse_fetch(const Bytes& answer);

// What is looked at of a batch in an answer.
struct BatchHead {
  std::size_t size = 0;
  std::int64_t last_offset = 0;
  std::int32_t count = 0;
};
// Calls `take(head, batch)` for each whole batch that ends at or behind `offset`.
template <typename Take>
void each_batch(const Fetched& fetched, std::int64_t& offset, Take take);

inline constexpr std::size_t kBatchHeaderBytes = 61;
BatchHead parse_head(const char* batch);

template <typename Take>
void each_batch(const Fetched& fetched, std::int64_t& offset, Take take) {
  const char* const end = fetched.records + fetched.size;
  for (const char* at = fetched.records; static_cast<std::size_t>(end - at) >= kBatchHeaderBytes;) {
    const BatchHead head = parse_head(at);
    if (head.size > static_cast<std::size_t>(end - at)) break;
    if (head.last_offset >= offset) {
      take(head, at);
      offset = head.last_offset + 1;
    }
    at += head.size;
  }
}

}  // namespace kload
