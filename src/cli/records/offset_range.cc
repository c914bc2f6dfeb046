#include "cli/records/offset_range.h"

#include <fmt/format.h>

#include "cli/options.h"
#include "cli/times.h"

namespace millrace::cli {
namespace {

using Kind = OffsetBound::Kind;
using Bound = std::optional<OffsetBound>;

std::optional<OffsetBound> word(std::string_view text) {
  if (text == "start") return OffsetBound{Kind::start, 0};
  if (text == "end") return OffsetBound{Kind::end, 0};
  return std::nullopt;
}

Bound offset(std::string_view text) {
  if (const auto named = word(text)) return named;
  const bool sign = text.starts_with('+') || text.starts_with('-');
  const auto number = whole_number(sign ? text.substr(1) : text);
  if (!number || *number < 0) return std::nullopt;
  if (!sign) return OffsetBound{Kind::exact, *number};
  return OffsetBound{text.front() == '+' ? Kind::after_start : Kind::before_end, *number};
}

Bound time(std::string_view text, std::int64_t now_ms) {
  constexpr std::size_t kMillisDigits = 13;
  constexpr std::size_t kSecondsDigits = 10;
  if (const auto named = word(text)) return named;
  if (text.starts_with('-')) {
    const auto before = parse_duration(text.substr(1));
    return before ? Bound(OffsetBound{Kind::time, now_ms - *before}) : std::nullopt;
  }
  if (const auto number = whole_number(text)) {
    if (text.size() == kMillisDigits) return OffsetBound{Kind::time, *number};
    if (text.size() == kSecondsDigits) return OffsetBound{Kind::time, *number * 1000};
    return std::nullopt;
  }
  const auto moment = parse_datetime(text);
  return moment ? Bound(OffsetBound{Kind::time, *moment}) : std::nullopt;
}

// Where "from:to" is divided: at the first colon, but not in a clock's time.
std::size_t divider(std::string_view text, bool times) {
  const std::size_t first = text.find(':');
  if (!times || first == std::string_view::npos || text.find('T') == std::string_view::npos || first == 0) return first;
  for (std::size_t at = first; at != std::string_view::npos; at = text.find(':', at + 1)) {
    const bool before = time(text.substr(0, at), 0).has_value();
    const std::string_view rest = text.substr(at + 1);
    if (before && (rest.empty() || time(rest, 0))) return at;
  }
  return std::string_view::npos;
}

}  // namespace

Result<OffsetRange, std::string> OffsetRange::parse(std::string_view text, std::int64_t now_ms) {
  const auto wrong = [&] {
    return fmt::format("--offset {}: write start, end, N, +N, -N, FROM:TO or @TIME, such as :end, 100:200, @-1h, "
                       "@2026-01-31T12:00:00Z:end", text);
  };
  const bool times = text.starts_with('@');
  const std::string_view body = times ? text.substr(1) : text;
  const auto bound = [&](std::string_view part) { return times ? time(part, now_ms) : offset(part); };
  const std::size_t colon = divider(body, times);
  const std::string_view from = body.substr(0, colon);
  OffsetRange range;
  range.from = {Kind::start, 0};
  if (!from.empty()) {
    const auto begin = bound(from);
    if (!begin) return wrong();
    range.from = *begin;
  } else if (colon == std::string_view::npos) {
    return wrong();
  }
  if (colon == std::string_view::npos || colon + 1 == body.size()) {
    if (from.empty()) return wrong();
    return range;
  }
  range.to = bound(body.substr(colon + 1));
  if (!range.to) return wrong();
  return range;
}

}  // namespace millrace::cli
