#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/uuid.h"

namespace millrace::protocol {

// Reads the primitive types of Kafka's protocol from one frame. Strings and bytes that it returns point into the frame.
//
// Errors stick: after the first one every read returns zero or emptiness, and status() says what it was, so decoders
// check once per array element instead of once per field. Nothing beyond the frame is ever read, and no count is
// returned that the rest of the frame could not hold. `flexible` chooses the compact lengths of KIP-482.
class Reader {
 public:
  explicit Reader(Bytes frame);

  bool ok() const { return error_ == Error::none; }
  Status status() const { return ok() ? Status() : Status(error_); }
  // Bytes not read yet; 0 after an error.
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
  Bytes rest() const { return {at_, remaining()}; }
  // Ends reading with `error`, unless it has ended with another one before.
  void fail(Error error);

  std::int8_t i8() { return number<std::int8_t>(); }
  std::int16_t i16() { return number<std::int16_t>(); }
  std::int32_t i32() { return number<std::int32_t>(); }
  std::int64_t i64() { return number<std::int64_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  bool boolean() { return number<std::int8_t>() != 0; }
  double f64();
  Uuid uuid();
  // A base-128 number; bits beyond the 32nd are dropped, as Kafka drops them. Error::corrupt beyond 5 bytes.
  std::uint32_t uvarint() {
    if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) return static_cast<std::uint8_t>(*at_++);
    return long_uvarint();
  }
  // The next `size` bytes.
  Bytes take(std::size_t size) {
    if (size > remaining()) {
      fail(Error::truncated);
      return {};
    }
    const Bytes taken(at_, size);
    at_ += size;
    return taken;
  }

  // Lengths below zero mean null: Error::corrupt where there can be none.
  std::string_view string(bool flexible);
  std::optional<std::string_view> nullable_string(bool flexible);
  Bytes bytes(bool flexible);
  std::optional<Bytes> nullable_bytes(bool flexible);

  // How many elements follow, each of which takes at least `least` bytes, and `in_memory` bytes once it is decoded.
  // Error::truncated if they cannot all be there, Error::too_large if they would take more memory than the message may
  // (limits.h); both before anything is allocated.
  std::size_t count(bool flexible, std::size_t least, std::size_t in_memory = 0);
  std::optional<std::size_t> nullable_count(bool flexible, std::size_t least, std::size_t in_memory = 0);
  // Whether a nullable struct is there.
  bool present() { return i8() >= 0; }

  // Whole arrays, after their count.
  void fill(std::vector<std::int8_t>& items);
  void fill(std::vector<std::int16_t>& items);
  void fill(std::vector<std::int32_t>& items);
  void fill(std::vector<std::int64_t>& items);
  void fill(std::vector<Uuid>& items);
  void fill(std::vector<std::string_view>& items, bool flexible);

  // A section of tagged fields none of which is known.
  void skip_tags();

 private:
  template <typename T>
  T number() {
    if (remaining() < sizeof(T)) {
      fail(Error::truncated);
      return T{};
    }
    const T value = load_be<T>(at_);
    at_ += sizeof(T);
    return value;
  }
  template <typename T>
  void fill_numbers(std::vector<T>& items);
  std::uint32_t long_uvarint();
  std::int32_t length(bool flexible) { return flexible ? static_cast<std::int32_t>(uvarint() - 1) : i32(); }
  std::size_t checked_count(std::int32_t count, std::size_t least, std::size_t in_memory);
  std::string_view text(std::int32_t length);

  const std::byte* at_;
  const std::byte* end_;
  std::size_t memory_left_;
  Error error_ = Error::none;
};

// Walks one section of tagged fields: for (Tags tags(in); tags.next();) switch (tags.tag()) ... default: tags.skip().
// Tags may come in any order and more than once, as Kafka accepts them.
class Tags {
 public:
  explicit Tags(Reader& in);
  // Steps to the next field; false at the end of the section or after an error.
  bool next();
  std::uint32_t tag() const { return tag_; }
  void skip() { in_.take(size_); }

 private:
  Reader& in_;
  std::uint32_t left_ = 0;
  std::uint32_t tag_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace millrace::protocol
