#include "broker/quotas/windows.h"

#include <algorithm>
#include <cmath>

namespace millrace::broker::quotas {

namespace {

constexpr double kMillisPerSecond = 1000;

Millis between(MonoTime from, MonoTime to) { return Millis((to.value() - from.value()) / 1'000'000); }

Millis rounded(double millis) { return Millis(std::llround(millis)); }

}  // namespace

Millis WindowedRate::span(MonoTime now, const Windows& windows) {
  const Millis whole(windows.size.value() * windows.count);
  MonoTime oldest = now;
  for (Sample& sample : samples_) {
    if (between(sample.last, now) >= whole) sample = {0, now, now};
    oldest = std::min(oldest, sample.begin);
  }
  std::int64_t elapsed = between(oldest, now).value();
  const std::int64_t full = elapsed / windows.size.value();
  const std::int64_t least = windows.count - 1;
  if (full < least) elapsed += (least - full) * windows.size.value();
  return Millis(std::max(elapsed, windows.size.value()));
}

void WindowedRate::record(double value, MonoTime now, const Windows& windows) {
  if (samples_.empty()) {
    samples_.push_back({0, now, now});
    current_ = 0;
  } else if (between(samples_[current_].begin, now) >= windows.size) {
    current_ = (current_ + 1) % static_cast<std::size_t>(windows.count);
    if (current_ >= samples_.size()) {
      samples_.push_back({0, now, now});
      current_ = samples_.size() - 1;
    } else {
      samples_[current_] = {0, now, now};
    }
  }
  samples_[current_].value += value;
  samples_[current_].last = now;
}

double WindowedRate::rate(MonoTime now, const Windows& windows) {
  const Millis over = span(now, windows);
  double sum = 0;
  for (const Sample& sample : samples_) sum += sample.value;
  return sum / (static_cast<double>(over.value()) / kMillisPerSecond);
}

Millis WindowedRate::excess(double limit, MonoTime now, const Windows& windows) {
  const double measured = rate(now, windows);
  if (measured <= limit) return Millis(0);
  return rounded((measured - limit) / limit * static_cast<double>(span(now, windows).value()));
}

bool WindowedRate::forgotten(MonoTime now, const Windows& windows) const {
  const Millis whole(windows.size.value() * windows.count);
  return std::all_of(samples_.begin(), samples_.end(),
                     [&](const Sample& sample) { return between(sample.last, now) >= whole; });
}

double TokenBucket::tokens(double rate, MonoTime now, const Windows& windows) {
  const double most = rate * windows.count * (static_cast<double>(windows.size.value()) / kMillisPerSecond);
  if (!begun_) {
    begun_ = true;
    tokens_ = most;
    last_ = now;
  }
  const double elapsed = static_cast<double>(between(last_, now).value()) / kMillisPerSecond;
  tokens_ = std::min(most, tokens_ + elapsed * rate);
  last_ = now;
  return tokens_;
}

void TokenBucket::take(double permits, double rate, MonoTime now, const Windows& windows) {
  tokens(rate, now, windows);
  tokens_ -= permits;
}

Millis TokenBucket::debt(double rate, MonoTime now, const Windows& windows) {
  const double left = tokens(rate, now, windows);
  return left >= 0 ? Millis(0) : rounded(-left / rate * kMillisPerSecond);
}

}  // namespace millrace::broker::quotas
