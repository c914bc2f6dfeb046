#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/uuid.h"
#include "protocol/records_ref.h"

namespace millrace::protocol {

// Writes the primitive types of Kafka's protocol, in one of three ways:
//   counting  nothing is written; size() is what a frame would take, inline_size() without the records
//   copying   into one buffer of exactly that size, records included
//   gathering into one buffer of inline_size() bytes; records stay where they are, and pieces() lists everything in the
//             order of the frame
// Writing more than the buffer holds is an error of ours and aborts: always count first. Strings longer than a length
// field can say are cut at kMaxStringBytes and truncated() tells.
class Writer {
 public:
  enum class Records : bool { copy, gather };

  // A writer that counts.
  Writer() = default;
  // One that fills `to`, which must outlive it.
  explicit Writer(MutableBytes to, Records records = Records::copy)
      : to_(to.data()), capacity_(to.size()), records_(records) {}

  // Bytes of the frame so far.
  std::size_t size() const { return at_ + outside_; }
  // Of which not in records.
  std::size_t inline_size() const { return at_; }
  bool truncated() const { return truncated_; }
  // The frame so far as a gather list. Precondition: Records::gather.
  std::vector<Piece> pieces() const;

  void i8(std::int8_t value) { number(value); }
  void i16(std::int16_t value) { number(value); }
  void i32(std::int32_t value) { number(value); }
  void i64(std::int64_t value) { number(value); }
  void u16(std::uint16_t value) { number(value); }
  void u32(std::uint32_t value) { number(value); }
  void boolean(bool value) { number<std::int8_t>(value ? 1 : 0); }
  void f64(double value);
  void uuid(const Uuid& value);
  void uvarint(std::uint32_t value);
  void raw(Bytes bytes);

  void string(std::string_view value, bool flexible);
  void string(const std::optional<std::string_view>& value, bool flexible);
  void bytes(Bytes value, bool flexible);
  void bytes(const std::optional<Bytes>& value, bool flexible);
  void records(const std::optional<Bytes>& value, bool flexible);
  void records(const std::optional<RecordsRef>& value, bool flexible);

  // The count before an array's elements.
  void count(std::size_t elements, bool flexible);
  // A null array, string or bytes with a four-byte length.
  void null(bool flexible);
  // Whether a nullable struct follows.
  void present(bool is) { i8(is ? 1 : -1); }

  // Arrays with their count.
  void array(const std::vector<std::int8_t>& items, bool flexible);
  void array(const std::vector<std::int16_t>& items, bool flexible);
  void array(const std::vector<std::int32_t>& items, bool flexible);
  void array(const std::vector<std::int64_t>& items, bool flexible);
  void array(const std::vector<Uuid>& items, bool flexible);
  void array(const std::vector<std::string_view>& items, bool flexible);

  // A tagged field: its tag, its size, and what `put(Writer&)` writes. `put` runs twice.
  template <typename Put>
  void tagged(std::uint32_t tag, Put&& put) {
    Writer counter;
    put(counter);
    uvarint(tag);
    uvarint(static_cast<std::uint32_t>(counter.size()));
    put(*this);
  }

 private:
  struct Cut {
    std::size_t at;  // position in the buffer before which it belongs
    Piece piece;
  };

  // Where the next `size` bytes go; null while counting.
  std::byte* claim(std::size_t size);
  template <typename T>
  void number(T value) {
    if (std::byte* to = claim(sizeof value)) store_be(to, value);
  }
  template <typename T>
  void numbers(const std::vector<T>& items, bool flexible);
  void records_body(const RecordsRef& records);

  std::byte* to_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t at_ = 0;
  std::size_t outside_ = 0;
  Records records_ = Records::copy;
  bool truncated_ = false;
  std::vector<Cut> cuts_;
};

inline std::byte* Writer::claim(std::size_t size) {
  const std::size_t at = at_;
  at_ += size;
  if (to_ == nullptr) return nullptr;
  MR_ASSERT(at_ <= capacity_);
  return to_ + at;
}

}  // namespace millrace::protocol
