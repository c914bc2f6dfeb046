#include "cli/times.h"

#include <array>
#include <cstddef>

namespace millrace::cli {
namespace {

// Reads numbers and the characters between them, one after the other.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}
  bool done() const { return left_.empty(); }
  bool take(char c) {
    if (left_.empty() || left_.front() != c) return false;
    left_.remove_prefix(1);
    return true;
  }
  // `digits`: at most so many.
  std::optional<std::int64_t> number(std::size_t digits = 18) {
    std::int64_t value = 0;
    std::size_t used = 0;
    while (used < digits && used < left_.size() && left_[used] >= '0' && left_[used] <= '9') {
      value = value * 10 + (left_[used++] - '0');
    }
    if (used == 0) return std::nullopt;
    left_.remove_prefix(used);
    return value;
  }
  // A fraction of a second behind a dot, in milliseconds.
  std::int64_t fraction() {
    std::int64_t millis = 0;
    std::int64_t unit = 100;
    while (!left_.empty() && left_.front() >= '0' && left_.front() <= '9') {
      millis += (left_.front() - '0') * unit;
      unit /= 10;
      left_.remove_prefix(1);
    }
    return millis;
  }
  std::string_view rest() const { return left_; }

 private:
  std::string_view left_;
};

// Minutes of "Z", "+02:00", "-0530" or nothing.
std::optional<std::int64_t> zone(Scanner& in) {
  if (in.done() || in.take('Z')) return 0;
  const bool west = in.take('-');
  if (!west && !in.take('+')) return std::nullopt;
  const auto hours = in.number(2);
  (void)in.take(':');
  const auto minutes = in.done() ? std::optional<std::int64_t>(0) : in.number(2);
  if (!hours || !minutes) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 60 + *minutes);
}

bool leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// Days since 1970 of a date; nothing if there is no such day.
std::optional<std::int64_t> days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  constexpr std::array<std::int64_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1970 || month < 1 || month > 12) return std::nullopt;
  const auto length = [&](std::size_t index) { return kDays[index] + (index == 1 && leap(year) ? 1 : 0); };
  const auto last = static_cast<std::size_t>(month - 1);
  if (day < 1 || day > length(last)) return std::nullopt;
  std::int64_t days = day - 1;
  for (std::int64_t y = 1970; y < year; ++y) days += leap(y) ? 366 : 365;
  for (std::size_t m = 0; m < last; ++m) days += length(m);
  return days;
}

struct Unit {
  std::string_view name;
  std::int64_t millis;
};
constexpr auto kUnits = std::to_array<Unit>(
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});

}  // namespace

std::optional<std::int64_t> parse_datetime(std::string_view text) {
  Scanner in(text);
  const auto year = in.number(4);
  if (!year || !in.take('-')) return std::nullopt;
  const auto month = in.number(2);
  if (!month || !in.take('-')) return std::nullopt;
  const auto day = in.number(2);
  if (!day) return std::nullopt;
  std::array<std::int64_t, 3> clock{};
  std::int64_t millis = 0;
  if (in.take('T')) {
    for (std::size_t i = 0; i < clock.size(); ++i) {
      if (i > 0 && !in.take(':')) break;
      const auto part = in.number(2);
      if (!part) return std::nullopt;
      clock[i] = *part;
    }
    if (in.take('.')) millis = in.fraction();
  }
  const auto offset = zone(in);
  const auto days = days_of(*year, *month, *day);
  if (!offset || !in.done() || !days || clock[0] > 23 || clock[1] > 59 || clock[2] > 59) return std::nullopt;
  return (((*days * 24 + clock[0]) * 60 + clock[1] - *offset) * 60 + clock[2]) * 1000 + millis;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  Scanner in(text);
  if (!in.take('P')) {
    const auto value = in.number();
    for (const Unit& unit : kUnits) {
      if (value && in.rest() == unit.name) return *value * unit.millis;
    }
    return std::nullopt;
  }
  std::int64_t total = 0;
  bool time = false;
  bool any = false;
  while (!in.done()) {
    if (!time && in.take('T')) {
      time = true;
      continue;
    }
    const auto value = in.number();
    if (!value) return std::nullopt;
    any = true;
    const std::int64_t millis = in.take('.') ? in.fraction() : 0;
    if (!time && in.take('D')) {
      total += *value * 86'400'000;
    } else if (time && in.take('H')) {
      total += *value * 3'600'000;
    } else if (time && in.take('M')) {
      total += *value * 60'000;
    } else if (time && in.take('S')) {
      total += *value * 1000 + millis;
    } else {
      return std::nullopt;
    }
  }
  return any ? std::optional(total) : std::nullopt;
}

}  // namespace millrace::cli
