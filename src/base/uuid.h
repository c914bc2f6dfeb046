#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace {

// 128 bits that name a topic, a directory, a member, ...; written as 22 characters of URL-safe base64, as Kafka does.
struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
  constexpr bool is_zero() const { return high == 0 && low == 0; }

  // A random (version 4) id from 128 random bits.
  static Uuid from_random(std::uint64_t high, std::uint64_t low);
  // Error::corrupt unless `text` is 22 characters of URL-safe base64 for 16 bytes (padding is tolerated).
  static Result<Uuid> parse(std::string_view text);

  std::string text() const;                    // 22 characters
  std::string hex() const;                     // 8-4-4-4-12, as java.util.UUID prints it
  std::array<std::byte, 16> bytes() const;     // as on the wire
};

}  // namespace millrace
