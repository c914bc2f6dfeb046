#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "broker/quotas/choice.h"
#include "broker/quotas/windows.h"

namespace millrace::broker::quotas {

// What has been used of each quota, for the owners that this shard counts. All shards send the use of one owner to the
// same shard, so that the whole process counts as one.
class Ledger {
 public:
  Ledger(Windows clients, Windows controller) : clients_(clients), controller_(controller) {}

  // Records `amount` and tells how long the owner has to pause; 0 within its limit.
  Millis use(Kind kind, const Limit& limit, double amount, MonoTime now);
  // The same, but what is above the limit is not counted: it will not happen.
  Millis use_or_refuse(Kind kind, const Limit& limit, double amount, MonoTime now);
  // Takes back what use() recorded.
  void give_back(Kind kind, const Limit& limit, double amount, MonoTime now);

  // Permits of a token bucket (KIP-599). `strict`: none are taken while the bucket is overdrawn. Tells how long to
  // pause; above 0 and strict: refused.
  Millis take(const Limit& limit, double permits, bool strict, MonoTime now);

  std::size_t size() const { return rates_.size() + buckets_.size(); }

 private:
  using Key = std::pair<Kind, std::string>;
  WindowedRate& rate_of(Kind kind, const Limit& limit, MonoTime now);
  void forget_idle(MonoTime now);

  Windows clients_;
  Windows controller_;
  std::map<Key, WindowedRate> rates_;
  std::map<std::string, TokenBucket> buckets_;
  std::size_t forget_at_ = 1024;  // owners; then those without use are dropped
};

}  // namespace millrace::broker::quotas
