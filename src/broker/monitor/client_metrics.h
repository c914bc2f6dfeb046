#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "broker/telemetry.h"
#include "metrics/sheet.h"

namespace millrace::broker {

// The newest of what clients have pushed to one shard (KIP-714), for /metrics. Bounded: numbers beyond `max_points` are
// not kept.
class ClientMetrics final : public TelemetryReceiver {
 public:
  explicit ClientMetrics(std::size_t max_points) : max_points_(max_points) {}

  bool take(const TelemetryPush& push) override;
  void forget(const Uuid& instance) override;

  // Clients that have pushed nothing for an hour are left out, and forgotten.
  void collect(metrics::Sheet& sheet, WallTime now);

 private:
  struct Client {
    TelemetryClient client;
    WallTime pushed_at = kNoTime;
    std::map<std::pair<std::string, std::string>, double> points;  // by metric and tags
  };

  std::size_t max_points_;
  std::size_t points_ = 0;
  std::map<Uuid, Client> clients_;
};

}  // namespace millrace::broker
