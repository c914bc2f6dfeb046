#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/gen/errc_codes.h"

namespace millrace::protocol {

struct ErrcInfo {
  Errc code;
  std::string_view name;  // "OFFSET_OUT_OF_RANGE"
  bool retriable;         // a client may get another answer by trying again
};

// All codes, in the order of their numbers.
std::span<const ErrcInfo> all_errors();
// Kafka's name of a code; "UNKNOWN_SERVER_ERROR" for a number that is none.
std::string_view name(Errc code);
bool retriable(Errc code);

// As the error_code fields of messages hold it, and back.
constexpr std::int16_t to_wire(Errc code) { return static_cast<std::int16_t>(code); }
constexpr Errc from_wire(std::int16_t code) { return static_cast<Errc>(code); }

}  // namespace millrace::protocol
