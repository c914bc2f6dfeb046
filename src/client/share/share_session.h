#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "client/share/acknowledgements.h"
#include "protocol/gen/share_acknowledge.h"
#include "protocol/gen/share_fetch.h"

namespace millrace::client {

// One broker's share session (KIP-932): the broker remembers which partitions are wanted and which records this member
// has. Requests are numbered; one at a time. What was acquired in a session that ends is released by the broker.
class ShareSession {
 public:
  // Nothing can be acknowledged before the first answer.
  bool open() const { return epoch_ > 0; }
  bool knows(const ShareKey& key) const { return known_.contains(key); }

  // The request that makes the broker read all of `wanted` and nothing else; it carries `acks`, which are of `wanted`
  // only. Without what the settings say.
  protocol::ShareFetchRequest fetch(const std::set<ShareKey>& wanted, const PendingByKey& acks);
  // The request that carries acknowledgements only. `last`: the session ends with it.
  protocol::ShareAcknowledgeRequest acknowledge(const PendingByKey& acks, bool last) const;

  // The answer to the last request has come without an error of the session's.
  void answered() { epoch_ = epoch_ == 0x7fffffff ? 1 : epoch_ + 1; }
  // There was none, or the broker knows no such session: the next fetch begins another.
  void broken() {
    epoch_ = 0;
    known_.clear();
  }

 private:
  std::int32_t epoch_ = 0;  // 0: a session begins
  std::set<ShareKey> known_;
};

}  // namespace millrace::client
