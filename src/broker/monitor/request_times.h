#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/ids.h"
#include "metrics/histogram.h"
#include "metrics/sheet.h"

namespace millrace::broker {

// How many requests of each API and version this shard has answered, and how long they took from the moment they began.
class RequestTimes {
 public:
  // A request of a known API has been answered after `took`.
  void answered(std::int16_t api_key, std::int16_t version, Nanos took, MonoTime now);
  // Adds everything to `sheet`, under Kafka's names.
  void report(metrics::Sheet& sheet, MonoTime now) const;

 private:
  static constexpr std::size_t kApis = 128;
  static constexpr std::size_t kVersions = 32;
  struct Api {
    std::array<std::uint64_t, kVersions> by_version{};
    metrics::Histogram total;
  };
  std::array<std::unique_ptr<Api>, kApis> apis_;
};

}  // namespace millrace::broker
