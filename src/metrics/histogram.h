#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/ids.h"

namespace millrace::metrics {

// Counts of values by size: 16 steps per power of two, so a quantile is at most 1/16 off. Values from 0 up; those above
// kLargest count as kLargest.
class Distribution {
 public:
  static constexpr std::uint64_t kLargest = (std::uint64_t{1} << 40U) - 1;

  void add(std::uint64_t value);
  Distribution& operator+=(const Distribution& other);
  std::uint64_t count() const { return count_; }
  // The smallest step's upper end below which at least `share` (0 to 1) of all values lie; 0 if there are none.
  std::uint64_t quantile(double share) const;

 private:
  static constexpr std::size_t kSteps = 16;
  static constexpr std::size_t kBuckets = kSteps * 37;
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t upper_end(std::size_t bucket);

  std::array<std::uint32_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
};

// Durations of one kind of event: how many ever, their sum, and how those of the last minutes are distributed (of the
// period that runs and the one before it, so that old values fade as in Kafka's samples). Belongs to one shard; takes
// no memory for the distribution before the first value.
class Histogram {
 public:
  static constexpr Millis kPeriod{60'000};

  void record(Nanos duration, MonoTime now);

  std::uint64_t count() const { return count_; }
  Nanos sum() const { return sum_; }
  // In microseconds.
  Distribution recent(MonoTime now) const;

 private:
  struct Periods {
    Distribution current;
    Distribution previous;
    MonoTime begun;
  };
  std::uint64_t count_ = 0;
  Nanos sum_{0};
  std::unique_ptr<Periods> periods_;
};

}  // namespace millrace::metrics
