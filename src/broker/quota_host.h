#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/callback.h"
#include "broker/quotas/ledger.h"
#include "broker/request.h"
#include "metadata/image.h"

namespace millrace::broker {

class Broker;

// Quotas of clients on this shard (KIP-13, KIP-124, KIP-546, KIP-612): what a request has used is counted when its
// answer is there, on the shard that counts for its owner; the answer says how long its client is to pause, and its
// connection is not read that long. Costs nothing while the metadata has no quotas.
class QuotaHost final : public AnswerGate {
 public:
  explicit QuotaHost(Broker& broker);

  // The metadata has moved on.
  void observe(const metadata::Image& image);
  // Whether there are quotas at all.
  bool active() const { return active_; }

  // Counts what `request` has used; passes its answer on, in whatever turn.
  void weigh(RequestPtr request) override;
  // The most bytes that a fetch may ask for at once: more would have to be paid for longer than quotas remember.
  std::int64_t fetch_window_bytes(const Request& request);

  // Counts a connection from `address`; `done` gets how long it is to be held before it is closed, 0 to serve it.
  void count_connection(const std::string& address, Callback<void(Millis)> done);

  // Takes permits of the controller for partitions that the client makes or removes (KIP-599). `done` gets how long
  // the client is to pause. With `strict`, above 0 means that nothing was taken and it is to be refused.
  void take_permits(const Request& request, double permits, bool strict, Callback<void(Millis)> done);

 private:
  struct Due;
  using Kind = quotas::Kind;

  std::optional<quotas::Limit> limit_of(Kind kind, std::string_view client_id);
  void settle(const std::shared_ptr<Due>& due);
  void ask(const std::shared_ptr<Due>& due, Kind kind, double amount);
  ShardId counter_of(std::string_view owner) const;

  Broker& broker_;
  quotas::Ledger ledger_;
  bool active_ = false;
  // What was found in the metadata, by kind and client.
  std::map<std::pair<Kind, std::string>, std::optional<quotas::Limit>> limits_;
};

}  // namespace millrace::broker
