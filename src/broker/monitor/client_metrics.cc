#include "broker/monitor/client_metrics.h"

#include <vector>

#include "broker/monitor/families.h"
#include "broker/monitor/otlp.h"

namespace millrace::broker {
namespace {

constexpr std::int64_t kSilenceMs = 3'600'000;

}  // namespace

bool ClientMetrics::take(const TelemetryPush& push) {
  const auto read = read_otlp(push.metrics, max_points_);
  if (!read.ok()) return false;
  Client& client = clients_[push.client.instance];
  client.client = push.client;
  client.pushed_at = push.at;
  for (const MeasuredPoint& point : *read) {
    std::pair key(point.metric, point.tags);
    const auto at = client.points.find(key);
    if (at != client.points.end()) {
      at->second = point.delta ? at->second + point.value : point.value;
    } else if (points_ < max_points_) {
      client.points.emplace(std::move(key), point.value);
      ++points_;
    }
  }
  if (push.terminating) forget(push.client.instance);
  return true;
}

void ClientMetrics::forget(const Uuid& instance) {
  const auto at = clients_.find(instance);
  if (at == clients_.end()) return;
  points_ -= at->second.points.size();
  clients_.erase(at);
}

void ClientMetrics::collect(metrics::Sheet& sheet, WallTime now) {
  std::vector<Uuid> silent;
  for (const auto& [instance, client] : clients_) {
    if (now - client.pushed_at > kSilenceMs) {
      silent.push_back(instance);
      continue;
    }
    for (const auto& [key, value] : client.points) {
      sheet.add(families::kClientMetric,
                {{"client_id", client.client.client_id},
                 {"client_instance_id", instance.text()},
                 {"client_software_name", client.client.software_name},
                 {"client_software_version", client.client.software_version},
                 {"metric", key.first},
                 {"tags", key.second}},
                value);
    }
  }
  for (const Uuid& instance : silent) forget(instance);
}

}  // namespace millrace::broker
