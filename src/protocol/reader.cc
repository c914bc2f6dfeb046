#include "protocol/reader.h"

#include <algorithm>
#include <bit>

#include "protocol/limits.h"

namespace millrace::protocol {

Reader::Reader(Bytes frame)
    : at_(frame.data()),
      end_(frame.data() + frame.size()),
      memory_left_(std::min(kDecodedBytesBase + kDecodedBytesPerFrameByte * frame.size(), kDecodedBytesMax)) {}

void Reader::fail(Error error) {
  if (ok()) error_ = error;
  at_ = end_;
}

double Reader::f64() { return std::bit_cast<double>(i64()); }

Uuid Reader::uuid() {
  const auto high = static_cast<std::uint64_t>(i64());
  const auto low = static_cast<std::uint64_t>(i64());
  return ok() ? Uuid{high, low} : Uuid{};
}

std::uint32_t Reader::long_uvarint() {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const auto part = static_cast<std::uint8_t>(i8());
    value |= static_cast<std::uint32_t>(part & 0x7f) << shift;
    if (part < 0x80) return ok() ? value : 0;
  }
  fail(Error::corrupt);
  return 0;
}

std::string_view Reader::text(std::int32_t length) {
  if (static_cast<std::size_t>(length) > kMaxStringBytes) {
    fail(Error::corrupt);
    return {};
  }
  return as_text(take(static_cast<std::size_t>(length)));
}

std::string_view Reader::string(bool flexible) {
  const std::int32_t size = flexible ? length(true) : i16();
  if (size < 0) {
    fail(Error::corrupt);
    return {};
  }
  return text(size);
}

std::optional<std::string_view> Reader::nullable_string(bool flexible) {
  const std::int32_t size = flexible ? length(true) : i16();
  if (size < 0) return std::nullopt;
  return text(size);
}

Bytes Reader::bytes(bool flexible) {
  const std::int32_t size = length(flexible);
  if (size < 0) {
    fail(Error::corrupt);
    return {};
  }
  return take(static_cast<std::size_t>(size));
}

std::optional<Bytes> Reader::nullable_bytes(bool flexible) {
  const std::int32_t size = length(flexible);
  if (size < 0) return std::nullopt;
  return take(static_cast<std::size_t>(size));
}

std::size_t Reader::checked_count(std::int32_t count, std::size_t least, std::size_t in_memory) {
  if (!ok()) return 0;
  const auto elements = static_cast<std::size_t>(count);
  if (elements > remaining() / std::max<std::size_t>(least, 1)) {
    fail(Error::truncated);
    return 0;
  }
  if (in_memory != 0 && elements > memory_left_ / in_memory) {
    fail(Error::too_large);
    return 0;
  }
  memory_left_ -= elements * in_memory;
  return elements;
}

std::size_t Reader::count(bool flexible, std::size_t least, std::size_t in_memory) {
  const std::int32_t elements = length(flexible);
  if (elements < 0) {
    fail(Error::corrupt);
    return 0;
  }
  return checked_count(elements, least, in_memory);
}

std::optional<std::size_t> Reader::nullable_count(bool flexible, std::size_t least, std::size_t in_memory) {
  const std::int32_t elements = length(flexible);
  if (elements < 0) return std::nullopt;
  return checked_count(elements, least, in_memory);
}

template <typename T>
void Reader::fill_numbers(std::vector<T>& items) {
  const Bytes raw = take(items.size() * sizeof(T));
  if (!ok()) return;
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = load_be<T>(raw.data() + i * sizeof(T));
}

void Reader::fill(std::vector<std::int8_t>& items) { fill_numbers(items); }
void Reader::fill(std::vector<std::int16_t>& items) { fill_numbers(items); }
void Reader::fill(std::vector<std::int32_t>& items) { fill_numbers(items); }
void Reader::fill(std::vector<std::int64_t>& items) { fill_numbers(items); }

void Reader::fill(std::vector<Uuid>& items) {
  for (Uuid& item : items) item = uuid();
}

void Reader::fill(std::vector<std::string_view>& items, bool flexible) {
  for (std::string_view& item : items) {
    item = string(flexible);
    if (!ok()) return;
  }
}

void Reader::skip_tags() {
  for (Tags tags(*this); tags.next();) tags.skip();
}

Tags::Tags(Reader& in) : in_(in), left_(in.uvarint()) {
  // Counts of 2^31 and more are negative to Kafka, whose loop then does not run.
  if (left_ > INT32_MAX) left_ = 0;
  if (left_ > kMaxTags) {
    in_.fail(Error::too_large);
    left_ = 0;
  }
}

bool Tags::next() {
  if (left_ == 0 || !in_.ok()) return false;
  --left_;
  tag_ = in_.uvarint();
  size_ = in_.uvarint();
  return in_.ok();
}

}  // namespace millrace::protocol
