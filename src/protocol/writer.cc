#include "protocol/writer.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/varint.h"
#include "protocol/limits.h"

namespace millrace::protocol {

void Writer::f64(double value) { i64(std::bit_cast<std::int64_t>(value)); }

void Writer::uuid(const Uuid& value) {
  number(value.high);
  number(value.low);
}

void Writer::uvarint(std::uint32_t value) {
  if (std::byte* to = claim(uvarint_size(value))) put_uvarint(to, value);
}

void Writer::raw(Bytes bytes) {
  std::byte* to = claim(bytes.size());
  if (to != nullptr && !bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
}

void Writer::string(std::string_view value, bool flexible) {
  if (value.size() > kMaxStringBytes) {
    truncated_ = true;
    value = value.substr(0, kMaxStringBytes);
  }
  if (flexible) {
    uvarint(static_cast<std::uint32_t>(value.size() + 1));
  } else {
    i16(static_cast<std::int16_t>(value.size()));
  }
  raw(as_bytes(value));
}

void Writer::string(const std::optional<std::string_view>& value, bool flexible) {
  if (value) return string(*value, flexible);
  if (flexible) return uvarint(0);
  i16(-1);
}

void Writer::count(std::size_t elements, bool flexible) {
  if (flexible) {
    uvarint(static_cast<std::uint32_t>(elements + 1));
  } else {
    i32(static_cast<std::int32_t>(elements));
  }
}

void Writer::null(bool flexible) {
  if (flexible) return uvarint(0);
  i32(-1);
}

void Writer::bytes(Bytes value, bool flexible) {
  count(value.size(), flexible);
  raw(value);
}

void Writer::bytes(const std::optional<Bytes>& value, bool flexible) {
  if (value) return bytes(*value, flexible);
  null(flexible);
}

void Writer::records(const std::optional<Bytes>& value, bool flexible) {
  if (!value) return null(flexible);
  count(value->size(), flexible);
  records_body(*value);
}

void Writer::records(const std::optional<RecordsRef>& value, bool flexible) {
  if (!value) return null(flexible);
  count(value->size(), flexible);
  records_body(*value);
}

void Writer::records_body(const RecordsRef& records) {
  if (to_ == nullptr) {
    outside_ += records.size();
    return;
  }
  if (records_ == Records::copy) {
    MR_ASSERT(records.external_size == 0);
    return raw(records.in_memory);
  }
  outside_ += records.size();
  if (!records.in_memory.empty()) cuts_.push_back({at_, Piece{records.in_memory}});
  if (records.external_size != 0) cuts_.push_back({at_, Piece{{}, records.external_size, records.external_id}});
}

std::vector<Piece> Writer::pieces() const {
  MR_ASSERT(records_ == Records::gather);
  std::vector<Piece> all;
  all.reserve(2 * cuts_.size() + 1);
  std::size_t done = 0;
  for (const Cut& cut : cuts_) {
    if (cut.at != done) all.push_back(Piece{Bytes(to_ + done, cut.at - done)});
    done = cut.at;
    all.push_back(cut.piece);
  }
  if (at_ != done) all.push_back(Piece{Bytes(to_ + done, at_ - done)});
  return all;
}

template <typename T>
void Writer::numbers(const std::vector<T>& items, bool flexible) {
  count(items.size(), flexible);
  std::byte* to = claim(items.size() * sizeof(T));
  if (to == nullptr) return;
  for (std::size_t i = 0; i < items.size(); ++i) store_be(to + i * sizeof(T), items[i]);
}

void Writer::array(const std::vector<std::int8_t>& items, bool flexible) { numbers(items, flexible); }
void Writer::array(const std::vector<std::int16_t>& items, bool flexible) { numbers(items, flexible); }
void Writer::array(const std::vector<std::int32_t>& items, bool flexible) { numbers(items, flexible); }
void Writer::array(const std::vector<std::int64_t>& items, bool flexible) { numbers(items, flexible); }

void Writer::array(const std::vector<Uuid>& items, bool flexible) {
  count(items.size(), flexible);
  for (const Uuid& item : items) uuid(item);
}

void Writer::array(const std::vector<std::string_view>& items, bool flexible) {
  count(items.size(), flexible);
  for (const std::string_view item : items) string(item, flexible);
}

}  // namespace millrace::protocol
