#include "kload/wire.h"

#include <arpa/inet.h>
#include <nmmintrin.h>

#include <algorithm>
#include <cstring>

namespace kload {

std::uint32_t crc32c(const char* from, std::size_t size) {
  std::uint64_t crc = 0xffffffffu;
  for (; size >= 8; from += 8, size -= 8) {
    std::uint64_t word;
    std::memcpy(&word, from, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  for (; size > 0; ++from, --size) {
    crc = _mm_crc32_u8(static_cast<std::uint32_t>(crc), static_cast<std::uint8_t>(*from));
  }
  return static_cast<std::uint32_t>(crc) ^ 0xffffffffu;
}

void Writer::i16(std::int16_t value) {
  const std::uint16_t raw = htons(static_cast<std::uint16_t>(value));
  bytes.append(reinterpret_cast<const char*>(&raw), sizeof raw);
}
void Writer::i32(std::int32_t value) {
  const std::uint32_t raw = htonl(static_cast<std::uint32_t>(value));
  bytes.append(reinterpret_cast<const char*>(&raw), sizeof raw);
}
void Writer::i64(std::int64_t value) {
  i32(static_cast<std::int32_t>(value >> 32));
  i32(static_cast<std::int32_t>(value));
}
void Writer::text(const std::string& value) {
  i16(static_cast<std::int16_t>(value.size()));
  bytes += value;
}
void Writer::varint(std::int64_t value) {
  std::uint64_t rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (; rest > 127; rest >>= 7) bytes.push_back(static_cast<char>(rest | 128));
  bytes.push_back(static_cast<char>(rest));
}

const char* Reader::take(std::size_t size) {
  if (static_cast<std::size_t>(end_ - at_) < size) die("short response");
  return std::exchange(at_, at_ + size);
}
std::int16_t Reader::i16() {
  std::uint16_t raw;
  std::memcpy(&raw, take(sizeof raw), sizeof raw);
  return static_cast<std::int16_t>(ntohs(raw));
}
std::int32_t Reader::i32() {
  std::uint32_t raw;
  std::memcpy(&raw, take(sizeof raw), sizeof raw);
  return static_cast<std::int32_t>(ntohl(raw));
}
std::int64_t Reader::i64() {
  const std::int64_t high = i32();
  return (high << 32) | static_cast<std::uint32_t>(i32());
}
std::string Reader::text() {
  const int size = i16();
  if (size < 0) return {};
  return {take(static_cast<std::size_t>(size)), static_cast<std::size_t>(size)};
}

Bytes request(std::int16_t api, std::int16_t version, std::int32_t correlation, const Bytes& body) {
  Writer frame;
  frame.i32(0);
  frame.i16(api);
  frame.i16(version);
  frame.i32(correlation);
  frame.text("kload");
  frame.bytes += body;
  const std::uint32_t size = htonl(static_cast<std::uint32_t>(frame.bytes.size()) - 4);
  std::memcpy(frame.bytes.data(), &size, sizeof size);
  return frame.bytes;
}

void set_correlation(Bytes& frame, std::int32_t correlation) {
  const std::uint32_t raw = htonl(static_cast<std::uint32_t>(correlation));
  std::memcpy(frame.data() + 8, &raw, sizeof raw);
}

Bytes produce_body(const std::string& topic, int partition, std::int16_t acks, const Bytes& batch) {
  Writer body;
  body.no_text();
  body.i16(acks);
  body.i32(30000);
  body.i32(1);
  body.text(topic);
  body.i32(1);
  body.i32(partition);
  body.i32(static_cast<std::int32_t>(batch.size()));
  body.bytes += batch;
  return body.bytes;
}

int refused(const Bytes& produce_answer) {
  Reader answer(produce_answer);
  int errors = 0;
  answer.i32();
  for (int topics = answer.i32(); topics > 0; --topics) {
    answer.text();
    for (int partitions = answer.i32(); partitions > 0; --partitions) {
      answer.i32();
      if (answer.i16() != 0) ++errors;
      answer.take(3 * 8);  // base offset, append time, log start
      for (int records = answer.i32(); records > 0; --records) {
        answer.i32();
        answer.text();
      }
      answer.text();
    }
  }
  return errors;
}

Bytes fetch_body(const std::string& topic, int partition, std::int64_t offset, int max_bytes, int wait_ms) {
  Writer body;
  body.i32(-1);
  body.i32(wait_ms);
  body.i32(1);
  body.i32(max_bytes);
  body.i8(0);
  body.i32(0);
  body.i32(-1);
  body.i32(1);
  body.text(topic);
  body.i32(1);
  body.i32(partition);
  body.i32(-1);
  body.i64(offset);
  body.i64(-1);
  body.i32(max_bytes);
  body.i32(0);
  body.text("");
  return body.bytes;
}

Fetched parse_fetch(const Bytes& bytes) {
  Reader answer(bytes);
  Fetched found;
  answer.i32();
  answer.i32();
  found.error = answer.i16();
  answer.i32();
  for (int topics = answer.i32(); topics > 0; --topics) {
    answer.text();
    for (int partitions = answer.i32(); partitions > 0; --partitions) {
      answer.i32();
      if (const std::int16_t error = answer.i16(); error != 0) found.error = error;
      found.high_watermark = answer.i64();
      answer.take(2 * 8);  // last stable offset, log start
      for (int aborted = answer.i32(); aborted > 0; --aborted) answer.take(2 * 8);
      answer.i32();
      found.size = std::max(0, answer.i32());
      found.records = answer.take(static_cast<std::size_t>(found.size));
    }
  }
  return found;
}

BatchHead parse_head(const char* batch) {
  const auto number = [batch](std::size_t at) { return Reader(batch + at, batch + at + 4).i32(); };
  return {static_cast<std::size_t>(number(8)) + 12, Reader(batch, batch + 8).i64() + number(23), number(57)};
}

}  // namespace kload
