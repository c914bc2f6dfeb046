#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/alive.h"
#include "client/cluster.h"
#include "client/telemetry/otlp.h"
#include "protocol/gen/get_telemetry_subscriptions.h"
#include "protocol/gen/push_telemetry.h"

namespace millrace::client {

// Tells the cluster how a client is doing, where an operator has asked for it (KIP-714): asks for the subscription,
// then pushes what it names at its interval, and asks anew when it has changed. Brokers without the API are left in
// peace. Belongs to one shard; its owner destroys it before the cluster.
class Reporter {
 public:
  using Collect = Callback<std::vector<Metric>()>;
  Reporter(Cluster& cluster, Collect collect);
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  // The id that the brokers know this client by, asked for if need be. Cause::unsupported_version where nobody
  // collects, Cause::timed_out at `timeout`, Cause::closed at end().
  void instance_id(Millis timeout, Callback<void(Result<std::string>)> done);

  // Pushes for the last time, without waiting for an answer: before the cluster is closed.
  void end();

 private:
  struct Waiter {
    ports::TimerId timer;
    Callback<void(Result<std::string>)> done;
  };
  void ask();
  void tell_waiters(const Result<std::string>& outcome);
  void nobody_collects(Error why);
  void take_subscription(Result<Answer<protocol::GetTelemetrySubscriptionsResponse>> answer);
  void push() { push(false); }
  void push(bool terminating);
  void take_outcome(Result<Answer<protocol::PushTelemetryResponse>> answer);
  void later(Millis wait, void (Reporter::*step)());
  bool wanted(const Metric& metric) const;

  Cluster& cluster_;
  Collect collect_;
  Cluster::Subscription first_view_;
  ports::TimerId timer_;
  ::millrace::Uuid instance_;  // none before the first answer
  std::int32_t subscription_ = 0;
  Millis interval_;
  std::size_t max_bytes_ = 0;
  bool delta_ = false;
  bool ended_ = false;
  std::vector<std::string> prefixes_;
  std::map<std::string, std::int64_t, std::less<>> pushed_;  // the totals of the last push that was taken
  std::map<std::string, std::int64_t, std::less<>> pushing_;
  WallTime since_;
  WallTime pushing_at_;
  std::string payload_;
  std::map<std::uint64_t, Waiter> waiters_;
  std::uint64_t last_waiter_ = 0;
  std::optional<Error> nobody_;  // collects metrics
  Alive alive_;
};

// The same for a client that may push no metrics (null), which is Cause::wrong_state.
void instance_id(Reporter* reporter, Millis timeout, Callback<void(Result<std::string>)> done);

}  // namespace millrace::client
