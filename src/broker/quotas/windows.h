#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace millrace::broker::quotas {

// How the past is divided: quota.window.num samples of quota.window.size.seconds each.
struct Windows {
  std::int32_t count = 11;
  Millis size{1'000};
};

// What has flowed per second, over the last samples (KIP-13). Samples begin when something is recorded after the last
// one is full, not on the clock's seconds; a rate that has seen less than count - 1 whole samples is divided by as much
// time as if it had, so that a short burst does not look like a flood.
class WindowedRate {
 public:
  // `value` is in whatever unit the quota has; negative takes back what was recorded.
  void record(double value, MonoTime now, const Windows& windows);
  // Per second.
  double rate(MonoTime now, const Windows& windows);
  // How long to wait until the rate is down at `limit` per second if nothing else flows; 0 if it is not above. Rounded
  // as Kafka does. Precondition: limit > 0.
  Millis excess(double limit, MonoTime now, const Windows& windows);
  // Whether nothing of it is left: the same as a new one.
  bool forgotten(MonoTime now, const Windows& windows) const;

 private:
  struct Sample {
    double value = 0;
    MonoTime begin;
    MonoTime last;
  };
  // Empties the samples that are too old, and gives the span that the others stand for.
  Millis span(MonoTime now, const Windows& windows);

  std::vector<Sample> samples_;
  std::size_t current_ = 0;
};

// Permits that fill up steadily (KIP-599): `rate` per second up to what the windows hold together. It may be overdrawn,
// and refuses while it is.
class TokenBucket {
 public:
  // Negative while it is overdrawn.
  double tokens(double rate, MonoTime now, const Windows& windows);
  void take(double permits, double rate, MonoTime now, const Windows& windows);
  // How long until it is no longer overdrawn.
  Millis debt(double rate, MonoTime now, const Windows& windows);

 private:
  bool begun_ = false;
  double tokens_ = 0;
  MonoTime last_;
};

}  // namespace millrace::broker::quotas
