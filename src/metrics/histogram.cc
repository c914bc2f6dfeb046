#include "metrics/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace millrace::metrics {

// Values below 16 have a bucket each; above, the four bits after the leading one choose the step.
std::size_t Distribution::bucket_of(std::uint64_t value) {
  if (value < kSteps) return static_cast<std::size_t>(value);
  const auto power = static_cast<std::size_t>(std::bit_width(value)) - 1;  // at least 4
  const std::size_t step = static_cast<std::size_t>(value >> (power - 4U)) & (kSteps - 1);
  return (power - 3) * kSteps + step;
}

std::uint64_t Distribution::upper_end(std::size_t bucket) {
  if (bucket < kSteps) return bucket;
  const std::size_t power = bucket / kSteps + 3;
  const std::uint64_t step = bucket % kSteps;
  return ((kSteps + step + 1) << (power - 4U)) - 1;
}

void Distribution::add(std::uint64_t value) {
  ++buckets_[bucket_of(std::min(value, kLargest))];
  ++count_;
}

Distribution& Distribution::operator+=(const Distribution& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  return *this;
}

std::uint64_t Distribution::quantile(double share) const {
  if (count_ == 0) return 0;
  const auto share_of_all = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  const std::uint64_t wanted = std::max<std::uint64_t>(1, share_of_all);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    below += buckets_[i];
    if (below >= wanted) return upper_end(i);
  }
  return kLargest;
}

void Histogram::record(Nanos duration, MonoTime now) {
  ++count_;
  sum_ += duration;
  if (periods_ == nullptr) {
    periods_ = std::make_unique<Periods>();
    periods_->begun = now;
  }
  if (now >= periods_->begun + kPeriod) {
    const bool adjacent = now < periods_->begun + Millis(2 * kPeriod.value());
    periods_->previous = adjacent ? periods_->current : Distribution();
    periods_->current = Distribution();
    periods_->begun = now;
  }
  periods_->current.add(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.value(), 0)) / 1000);
}

Distribution Histogram::recent(MonoTime now) const {
  if (periods_ == nullptr || now >= periods_->begun + Millis(2 * kPeriod.value())) return {};
  Distribution both = periods_->current;
  if (now < periods_->begun + kPeriod) both += periods_->previous;
  return both;
}

}  // namespace millrace::metrics
