#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::cli {

// A place in a partition.
struct OffsetBound {
  enum class Kind : std::uint8_t {
    start,
    end,
    exact,        // value: the offset
    after_start,  // value: how many records
    before_end,   // value: how many records
    time          // value: milliseconds since 1970
  };
  Kind kind = Kind::end;
  std::int64_t value = 0;
  friend bool operator==(const OffsetBound&, const OffsetBound&) = default;
};

// What to read of a partition, in the language of rpk's --offset. Without `to` reading goes on with what comes.
//
//   start  end  N  +N (after the start)  -N (before the end)     where to begin
//   :end  :N  N:M                                                where to end too; the end is not read
//   @T  @:T  @T1:T2                                              the same by time
//
// Times: 13 digits (milliseconds), 10 (seconds), 2026-01-31, 2026-01-31T12:00:00Z, -1h (before now), start, end.
struct OffsetRange {
  OffsetBound from;
  std::optional<OffsetBound> to;

  // The error is a line.
  static Result<OffsetRange, std::string> parse(std::string_view text, std::int64_t now_ms);
  friend bool operator==(const OffsetRange&, const OffsetRange&) = default;
};

}  // namespace millrace::cli
