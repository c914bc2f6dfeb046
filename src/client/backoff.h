#pragma once

#include <algorithm>
#include <cstdint>

#include "base/ids.h"
#include "client/limits.h"
#include "ports/random.h"

namespace millrace::client {

// Waiting times that double from `first` to `max`, each moved by up to kJitterPercent so that clients that failed
// together do not come back together.
class Backoff {
 public:
  Backoff(Millis first, Millis max) : first_(first), max_(std::max(first, max)) {}

  // The next waiting time.
  Millis next(ports::Random& random) {
    const Millis base = peek();
    ++failures_;
    const std::int64_t spread = base.value() * kJitterPercent / 100;
    if (spread == 0) return base;
    const auto offset = static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(2 * spread + 1));
    return Millis(base.value() - spread + offset);
  }
  // The same without jitter and without counting.
  Millis peek() const {
    std::int64_t value = first_.value();
    for (std::uint32_t i = 0; i < failures_ && value < max_.value(); ++i) value *= 2;
    return Millis(std::min(value, max_.value()));
  }
  // After a success.
  void reset() { failures_ = 0; }
  std::uint32_t failures() const { return failures_; }

 private:
  Millis first_;
  Millis max_;
  std::uint32_t failures_ = 0;
};

}  // namespace millrace::client
