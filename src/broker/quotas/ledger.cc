#include "broker/quotas/ledger.h"

#include <algorithm>

namespace millrace::broker::quotas {

namespace {

// A limit of nothing: as slow as can be said.
constexpr double kLeast = 1e-9;
// A pause for the time that requests take is no longer than one window, however much they took.
Millis bounded(Kind kind, Millis pause, const Windows& windows) {
  return kind == Kind::request || kind == Kind::connection ? std::min(pause, windows.size) : pause;
}
// Times are 32 bits in the protocol.
Millis sayable(Millis pause) { return std::min(pause, Millis(INT32_MAX)); }

}  // namespace

WindowedRate& Ledger::rate_of(Kind kind, const Limit& limit, MonoTime now) {
  if (rates_.size() >= forget_at_) forget_idle(now);
  return rates_[{kind, limit.owner}];
}

// An owner that has used nothing for all its windows is the same as one that was never seen.
void Ledger::forget_idle(MonoTime now) {
  std::erase_if(rates_, [&](const auto& entry) { return entry.second.forgotten(now, clients_); });
  forget_at_ = std::max<std::size_t>(1024, 2 * rates_.size());
}

Millis Ledger::use(Kind kind, const Limit& limit, double amount, MonoTime now) {
  WindowedRate& rate = rate_of(kind, limit, now);
  rate.record(amount, now, clients_);
  return sayable(bounded(kind, rate.excess(std::max(limit.per_second, kLeast), now, clients_), clients_));
}

Millis Ledger::use_or_refuse(Kind kind, const Limit& limit, double amount, MonoTime now) {
  const Millis pause = use(kind, limit, amount, now);
  if (pause > Millis(0)) give_back(kind, limit, amount, now);
  return pause;
}

void Ledger::give_back(Kind kind, const Limit& limit, double amount, MonoTime now) {
  rate_of(kind, limit, now).record(-amount, now, clients_);
}

Millis Ledger::take(const Limit& limit, double permits, bool strict, MonoTime now) {
  TokenBucket& bucket = buckets_[limit.owner];
  const double rate = std::max(limit.per_second, kLeast);
  if (strict) {
    const Millis debt = bucket.debt(rate, now, controller_);
    if (debt > Millis(0)) return sayable(debt);
    bucket.take(permits, rate, now, controller_);
    return Millis(0);
  }
  bucket.take(permits, rate, now, controller_);
  return sayable(bucket.debt(rate, now, controller_));
}

}  // namespace millrace::broker::quotas
