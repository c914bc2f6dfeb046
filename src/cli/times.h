#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::cli {

// Milliseconds since 1970 of "2026-01-31T12:00:00.000", with "Z" or "+02:00" behind it or none (UTC); a date alone is
// its midnight. Nothing if it is no such text.
std::optional<std::int64_t> parse_datetime(std::string_view text);

// Milliseconds of "P1DT2H3M4.5S", parts left out at will; of "90s", "5m", "1h", "2d" and "250ms" too.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace millrace::cli
