#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "millrace/result.h"

namespace millrace::client {

// What bytes belong to.
struct SerdeContext {
  std::string_view topic;
  bool key = false;  // of a key; else of a value
};

// Turns values of S::type into bytes and back; null never reaches it. What cannot be turned is Cause::serialization,
// best by serde_error(). Called on the program's threads, by several at once where several send or read. It may throw:
// the call that needed it throws then, and nothing was sent or lost.
template <typename S>
concept Serde = std::copy_constructible<S> &&
                requires(const S& serde, const typename S::type& value, std::string_view bytes,
                         const SerdeContext& context) {
                  { serde.serialize(value, context) } -> std::same_as<Result<std::string>>;
                  { serde.deserialize(bytes, context) } -> std::same_as<Result<typename S::type>>;
                };

// Cause::serialization, with what it is about: "the value of a record of topic orders: <why>". Any thread.
inline Error serde_error(const SerdeContext& context, const std::string& why) {
  Error error;
  error.cause = Cause::serialization;
  error.message = std::string(context.key ? "the key" : "the value") + " of a record of topic " +
                  std::string(context.topic) + ": " + why;
  return error;
}

// Text, or whatever a std::string holds, as it is: StringSerializer and StringDeserializer of Kafka's clients.
struct StringSerde {
  using type = std::string;
  Result<std::string> serialize(const std::string& value, const SerdeContext&) const { return value; }
  Result<std::string> deserialize(std::string_view bytes, const SerdeContext&) const { return std::string(bytes); }
};

// Bytes as they are.
struct BytesSerde {
  using type = std::vector<std::byte>;
  Result<std::string> serialize(const type& value, const SerdeContext&) const {
    std::string bytes(value.size(), '\0');
    for (std::size_t i = 0; i < value.size(); ++i) bytes[i] = static_cast<char>(value[i]);
    return bytes;
  }
  Result<type> deserialize(std::string_view bytes, const SerdeContext&) const {
    type value(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) value[i] = static_cast<std::byte>(bytes[i]);
    return value;
  }
};

// A number of 2, 4 or 8 bytes, the highest first: what Kafka's clients call Short, Integer, Long, Float and Double.
template <typename T>
  requires(std::is_arithmetic_v<T> && (sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8))
struct NumberSerde {
  using type = T;
  Result<std::string> serialize(T value, const SerdeContext&) const {
    const auto bits = std::bit_cast<Bits>(value);
    std::string bytes;
    for (std::size_t i = sizeof(T); i-- > 0;) bytes += static_cast<char>((bits >> (8 * i)) & 0xffU);
    return bytes;
  }
  Result<T> deserialize(std::string_view bytes, const SerdeContext& context) const {
    if (bytes.size() != sizeof(T)) {
      return serde_error(context, "a number of " + std::to_string(sizeof(T)) + " bytes is expected, there are " +
                                      std::to_string(bytes.size()));
    }
    Bits bits = 0;
    for (const char byte : bytes) bits = static_cast<Bits>((bits << 8U) | static_cast<unsigned char>(byte));
    return std::bit_cast<T>(bits);
  }

 private:
  using Bits = std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
};

}  // namespace millrace::client
